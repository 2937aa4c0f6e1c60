#include "tests/cluster/hostile_worker.h"

#include <chrono>
#include <utility>

#include "common/base/protocol.h"
#include "common/rpc/channel.h"

namespace paceline {

HostileWorker::HostileWorker(const std::string& address, const v1::WorkerSummary& honest,
                             uint32_t threads, Answer answer)
    : stub_(v1::WorkerService::NewStub(*OpenChannel(address, {}))),
      stream_(stub_->Work(&context_)) {
  v1::WorkerMessage message;
  v1::Hello& hello = *message.mutable_hello();
  hello.set_protocol(kProtocolVersion);
  hello.set_name("hostile");
  hello.set_threads(threads);
  *hello.mutable_fingerprints() = honest.fingerprints();
  stream_->Write(message);
  listener_ = std::jthread([this, answer = std::move(answer)] { Listen(answer); });
  heart_ = std::jthread([this](const std::stop_token& stop) {
    v1::WorkerMessage beat;
    beat.mutable_heartbeat();
    std::unique_lock lock(writing_);
    while (!stop.stop_requested() && !cut_off_) {
      stream_->Write(beat);
      ended_.wait_for(lock, stop, std::chrono::milliseconds(300),
                      [this] { return cut_off_.load(); });
    }
  });
}

HostileWorker::~HostileWorker() {
  context_.TryCancel();
  heart_.request_stop();
}

void HostileWorker::Listen(const Answer& answer) {
  for (v1::CoordinatorMessage message; stream_->Read(&message);) {
    if (!message.has_run()) continue;
    std::lock_guard lock(writing_);
    answer(message.run(), *stream_);
  }
  std::lock_guard lock(writing_);
  cut_off_ = true;
  ended_.notify_all();
}

}  // namespace paceline
