#include "coordinator/service/stream_link.h"

#include <utility>

#include "spdlog/spdlog.h"

namespace paceline {

StreamLink::StreamLink(grpc::ServerContext* context, WorkerStream* stream)
    : context_(context), stream_(stream), writer_([this] { Write(); }) {}

void StreamLink::Send(SharedMessage message) {
  {
    std::lock_guard lock(mutex_);
    if (!context_) return;
    queue_.push_back(std::move(message));
  }
  wake_.notify_one();
}

void StreamLink::Close(const std::string& reason) {
  std::lock_guard lock(mutex_);
  if (!context_) return;
  spdlog::debug("closing the stream of {}: {}", context_->peer(), reason);
  context_->TryCancel();
}

void StreamLink::Finish() {
  {
    std::lock_guard lock(mutex_);
    context_ = nullptr;
    queue_.clear();
  }
  wake_.notify_one();
  if (writer_.joinable()) writer_.join();
}

void StreamLink::Write() {
  while (SharedMessage message = Next()) {
    // A failed write means a broken stream, which the reader sees too.
    if (!stream_->Write(*message)) return;
  }
}

SharedMessage StreamLink::Next() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return !context_ || !queue_.empty(); });
  if (!context_) return nullptr;
  SharedMessage message = std::move(queue_.front());
  queue_.pop_front();
  return message;
}

}  // namespace paceline
