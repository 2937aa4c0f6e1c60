#include "coordinator/service/worker_call.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/status.h"
#include "coordinator/service/wire.h"
#include "spdlog/spdlog.h"

namespace paceline {
namespace {

// So much of one worker may wait for the loop; a message counts for what it takes in memory.
constexpr size_t kMostAheadBytes = 256 << 10, kMessageOverhead = 512;

absl::Status Stopping() {
  return absl::UnavailableError("the coordinator is stopping; try again soon");
}

}  // namespace

WorkerCall* WorkerCall::Begin(const Around& around, grpc::CallbackServerContext* context,
                              Caller caller) {
  std::shared_ptr<WorkerCall> call(new WorkerCall(around, context, std::move(caller)));
  std::lock_guard lock(call->reading_);
  call->self_ = call;
  call->newcomer_.emplace(around.newcomers, context);
  const std::weak_ptr<WorkerCall> weak = call;
  call->live_.emplace(around.live, call->caller_, [weak](const absl::Status& why) {
    if (const auto still = weak.lock()) still->Expel(why);
  });
  call->StartRead(&call->in_);
  return call.get();
}

WorkerCall::WorkerCall(const Around& around, grpc::CallbackServerContext* context, Caller caller)
    : around_(around), caller_(std::move(caller)), context_(context) {}

// ---- what comes

void WorkerCall::OnReadDone(bool ok) {
  std::shared_ptr<WorkerCall> alive;
  std::lock_guard lock(reading_);
  alive = self_;
  newcomer_.reset();
  if (!ok) return Leave("its connection ended");
  if (id_) return TakeMessage();
  TakeHello();
}

bool WorkerCall::Parse(v1::WorkerMessage& message) {
  absl::Status fault;
  if (in_.Length() > kMaxWorkerMessageBytes) {
    fault = absl::InvalidArgumentError(absl::StrCat("a worker's message of ", in_.Length(),
                                                    " bytes is refused; it may have ",
                                                    kMaxWorkerMessageBytes, " at most"));
  } else if (!FromWire(in_, message)) {
    fault = absl::InvalidArgumentError("a worker's message cannot be read");
  }
  in_.Clear();
  if (!fault.ok()) Refuse(fault);
  return fault.ok();
}

void WorkerCall::TakeHello() {
  v1::WorkerMessage message;
  if (!Parse(message)) return;
  if (!message.has_hello()) {
    return Refuse(absl::InvalidArgumentError("a worker's first message is Hello"));
  }
  const bool posted = around_.loop.Post(
      [self = self_, hello = std::move(*message.mutable_hello())] { self->Join(hello); });
  if (!posted) Refuse(Stopping());
}

void WorkerCall::Join(const v1::Hello& hello) {
  std::lock_guard lock(reading_);
  const auto id =
      around_.coordinator.Join(hello, context_->peer(), shared_from_this(), caller_.name);
  if (!id.ok()) return Refuse(id.status());
  id_ = *id;
  StartRead(&in_);
}

// Who sends faster than the loop takes is not read on, and its messages wait where they are.
void WorkerCall::TakeMessage() {
  v1::WorkerMessage message;
  const size_t bytes = in_.Length();
  if (!Parse(message)) return;
  ahead_bytes_ += bytes + kMessageOverhead;
  const bool waits = ahead_bytes_ >= kMostAheadBytes;
  if (waits) ahead_bytes_ = 0;
  const bool posted =
      around_.loop.Post([self = self_, id = *id_, waits, said = std::move(message)]() mutable {
        self->around_.coordinator.Receive(id, std::move(said));
        if (waits) self->StartRead(&self->in_);
      });
  if (!posted) return End(ToGrpc(Stopping()));
  if (!waits) StartRead(&in_);
}

// ---- what goes

void WorkerCall::Send(SharedMessage message) {
  {
    std::lock_guard lock(mutex_);
    if (end_ || broken_) return;
    queue_.Push(std::move(message));
    if (std::exchange(writing_, true)) return;
  }
  around_.sender.Post([self = shared_from_this()] { self->WriteNext(); });
}

void WorkerCall::OnWriteDone(bool ok) {
  if (!ok) {
    // A broken stream, which the reader sees too.
    std::lock_guard lock(mutex_);
    broken_ = true;
    queue_.Clear();
  }
  WriteNext();
}

void WorkerCall::WriteNext() {
  bool ends = false, says = true;
  grpc::Status status;
  {
    std::lock_guard lock(mutex_);
    ends = end_.has_value();
    if (ends) {
      status = *end_;
      says = last_ && !broken_;
      if (says) out_ = WireOf(last_);
    } else if (queue_.empty()) {
      writing_ = false;
      return;
    } else {
      out_ = WireOf(queue_.Pop());
    }
  }
  if (!ends) return StartWrite(&out_);
  if (!says) return Finish(status);
  StartWriteAndFinish(&out_, {}, status);
}

void WorkerCall::Close(const std::string& reason) {
  std::lock_guard lock(mutex_);
  if (!context_) return;
  spdlog::debug("closing the stream of {}: {}", context_->peer(), reason);
  context_->TryCancel();
}

// ---- the end

void WorkerCall::Refuse(const absl::Status& why) {
  if (id_) {
    around_.loop.Post([self = self_, id = *id_, text = std::string(why.message())] {
      self->around_.coordinator.Lost(id, text);
    });
  }
  SharedMessage last;
  if (!absl::IsUnavailable(why)) {
    auto message = std::make_shared<v1::CoordinatorMessage>();
    message->mutable_dismiss()->set_reason(std::string(why.message()));
    last = std::move(message);
  }
  End(ToGrpc(why), std::move(last));
}

void WorkerCall::Expel(const absl::Status& why) {
  std::lock_guard lock(reading_);
  if (id_) {
    around_.loop.Post([self = shared_from_this(), id = *id_, text = std::string(why.message())] {
      self->around_.coordinator.Lost(id, text);
    });
  }
  End(ToGrpc(why));
}

void WorkerCall::Leave(const std::string& why) {
  if (id_) {
    around_.loop.Post([self = self_, id = *id_, why] { self->around_.coordinator.Lost(id, why); });
  }
  End(grpc::Status::OK);
}

void WorkerCall::End(const grpc::Status& status, SharedMessage last) {
  {
    std::lock_guard lock(mutex_);
    if (end_) return;
    end_ = status;
    last_ = std::move(last);
    queue_.Clear();
    if (std::exchange(writing_, true)) return;
  }
  WriteNext();
}

void WorkerCall::OnDone() {
  std::shared_ptr<WorkerCall> last;  // outlives the locks
  {
    std::lock_guard lock(mutex_);
    context_ = nullptr;
  }
  std::lock_guard lock(reading_);
  live_.reset();
  last = std::move(self_);
}

}  // namespace paceline
