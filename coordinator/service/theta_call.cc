#include "coordinator/service/theta_call.h"

#include <string>
#include <utility>

#include "common/rpc/status.h"
#include "coordinator/service/wire.h"

namespace paceline {

ThetaCall* ThetaCall::Begin(Around around, grpc::CallbackServerContext* context,
                            v1::FetchThetaRequest request) {
  std::shared_ptr<ThetaCall> call(new ThetaCall(std::move(around), context, std::move(request)));
  std::lock_guard lock(call->mutex_);
  call->self_ = call;
  if (!call->around_.loop.Post([call] { call->Find(); })) {
    call->Finish(ToGrpc(absl::UnavailableError("the coordinator is stopping; try again soon")));
  }
  return call.get();
}

ThetaCall::ThetaCall(Around around, grpc::CallbackServerContext* context,
                     v1::FetchThetaRequest request)
    : around_(std::move(around)), context_(context), request_(std::move(request)) {}

void ThetaCall::Find() {
  std::lock_guard lock(mutex_);
  auto range = around_.coordinator.FetchTheta(request_);
  if (!range.ok()) return Finish(ToGrpc(range.status()));
  range_ = *std::move(range);
  WriteNext();
}

void ThetaCall::WriteNext() {
  if (index_ == range_.size()) return Finish(grpc::Status::OK);
  if (const SharedMessage message = range_.InMemory(index_)) {
    return Write(message->theta(), message);
  }
  around_.budget->Take(range_.theta_bytes(), [call = self_] {
    call->around_.reader.Post([call] { call->ReadAndWrite(); });
  });
}

void ThetaCall::ReadAndWrite() {
  std::lock_guard lock(mutex_);
  auto theta = range_.At(index_);
  const uint64_t bytes = range_.theta_bytes();
  if (!theta.ok()) {
    around_.budget->GiveBack(bytes);
    return TellLost(theta.status());
  }
  const std::shared_ptr<const v1::Theta> own(new v1::Theta(*std::move(theta)),
                                             [budget = around_.budget, bytes](const v1::Theta* of) {
                                               delete of;
                                               budget->GiveBack(bytes);
                                             });
  wait_.emplace(around_.receivers, context_);
  Write(*own, own);
}

void ThetaCall::Write(const v1::Theta& theta, std::shared_ptr<const void> owner) {
  ++index_;
  ++around_.meters.versions;
  around_.meters.bytes += theta.values().size();
  out_ = WireOf(theta, std::move(owner));
  StartWrite(&out_);
}

void ThetaCall::OnWriteDone(bool ok) {
  std::shared_ptr<ThetaCall> alive;
  std::lock_guard lock(mutex_);
  alive = self_;
  wait_.reset();
  out_.Clear();
  if (!ok) return Finish(grpc::Status::CANCELLED);
  WriteNext();
}

void ThetaCall::OnDone() {
  std::shared_ptr<ThetaCall> last;
  std::lock_guard lock(mutex_);
  last.swap(self_);
}

void ThetaCall::TellLost(const absl::Status& why) {
  around_.loop.Post([&coordinator = around_.coordinator, job = request_.job(),
                     text = std::string(why.message())] { coordinator.RestoreHistory(job, text); });
  Finish(ToGrpc(absl::UnavailableError(
      "the coordinator's versions of θ are damaged and are made again; ask again soon")));
}

}  // namespace paceline
