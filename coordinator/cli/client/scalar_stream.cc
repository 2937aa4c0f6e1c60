#include "coordinator/cli/client/scalar_stream.h"

#include <chrono>
#include <utility>

#include "common/rpc/diagnosis.h"
#include "common/rpc/status.h"
#include "common/rpc/trace_metadata.h"

namespace paceline {
namespace {

// A long job's take minutes, and those of the job that they are compared with as well.
constexpr std::chrono::minutes kDeadline(60);

v1::GetScalarsRequest Request(const std::string& job, int64_t after_step) {
  v1::GetScalarsRequest request;
  request.set_job(job);
  request.set_after_step(after_step);
  return request;
}

}  // namespace

ScalarStream::ScalarStream(std::shared_ptr<grpc::Channel> channel, Connection connection,
                           const std::string& job, int64_t after_step)
    : channel_(std::move(channel)),
      connection_(std::move(connection)),
      stub_(v1::JobService::NewStub(channel_)) {
  context_.set_deadline(std::chrono::system_clock::now() + kDeadline);
  SendTrace(context_);
  reader_ = stub_->GetScalars(&context_, Request(job, after_step));
}

ScalarStream::~ScalarStream() {
  if (!reader_) return;
  context_.TryCancel();
  (void)reader_->Finish();
}

absl::StatusOr<std::optional<v1::StepScalars>> ScalarStream::Next() {
  if (!reader_) return std::nullopt;
  v1::StepScalars scalars;
  if (reader_->Read(&scalars)) return scalars;
  const grpc::Status status = reader_->Finish();
  reader_.reset();
  if (status.ok()) return std::nullopt;
  return Diagnosed(FromCall(status, connection_.coordinator), connection_.coordinator,
                   connection_.tls);
}

}  // namespace paceline
