#include "coordinator/cli/local/interrupt.h"

#include <array>
#include <atomic>
#include <csignal>

namespace paceline {
namespace {

constexpr std::array<int, 3> kSignals = {SIGINT, SIGTERM, SIGHUP};

std::atomic<int> interrupts = 0;
std::array<struct sigaction, kSignals.size()> before;

void Count(int) { interrupts.fetch_add(1); }

}  // namespace

InterruptScope::InterruptScope() {
  static_assert(std::atomic<int>::is_always_lock_free);
  interrupts = 0;
  struct sigaction counting = {};
  counting.sa_handler = Count;
  counting.sa_flags = SA_RESTART;
  for (size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &counting, &before[i]);
}

InterruptScope::~InterruptScope() {
  for (size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &before[i], nullptr);
}

int InterruptScope::count() { return interrupts.load(); }

}  // namespace paceline
