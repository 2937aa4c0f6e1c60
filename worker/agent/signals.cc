#include "worker/agent/signals.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <utility>

namespace paceline {

namespace {

sigset_t StopSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

void HoldStopSignals() {
  const sigset_t set = StopSignals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

SignalWatcher::SignalWatcher(std::function<void(int)> on_first) : on_first_(std::move(on_first)) {
  const sigset_t set = StopSignals();
  signals_ = signalfd(-1, &set, SFD_CLOEXEC);
  ended_ = eventfd(0, EFD_CLOEXEC);
  thread_ = std::jthread([this] { Watch(); });
}

SignalWatcher::~SignalWatcher() {
  eventfd_write(ended_, 1);
  thread_.join();
  close(signals_);
  close(ended_);
}

void SignalWatcher::Watch() {
  pollfd events[] = {{signals_, POLLIN, 0}, {ended_, POLLIN, 0}};
  for (bool first = true;;) {
    if (poll(events, 2, -1) < 0) continue;
    if (events[1].revents != 0) return;
    signalfd_siginfo info{};
    if (read(signals_, &info, sizeof info) != sizeof info) continue;
    if (!first) std::_Exit(128 + static_cast<int>(info.ssi_signo));
    first = false;
    on_first_(static_cast<int>(info.ssi_signo));
  }
}

}  // namespace paceline
