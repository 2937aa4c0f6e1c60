#include "coordinator/cli/client/client.h"

#include <chrono>
#include <utility>

#include "common/rpc/channel.h"
#include "common/rpc/trace_metadata.h"
#include "coordinator/cli/client/call.h"
#include "coordinator/cli/client/job_watcher.h"
#include "coordinator/cli/client/scalar_stream.h"
#include "paceline/v1/job.grpc.pb.h"

namespace paceline {
namespace {

using std::chrono::seconds;
using Stub = v1::JobService::Stub;

// θ of an old step is replayed from the newest checkpoint before it.
constexpr seconds kThetaDeadline(300);
// A long job has hundreds of thousands of outer steps.
constexpr seconds kLogsDeadline(300);

v1::JobRequest ForJob(const std::string& job) {
  v1::JobRequest request;
  request.set_job(job);
  return request;
}

}  // namespace

struct JobClient::Rpc {
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<Stub> stub;
};

JobClient::JobClient(Connection connection, std::unique_ptr<Rpc> rpc)
    : connection_(std::move(connection)), rpc_(std::move(rpc)) {}
JobClient::~JobClient() = default;

absl::StatusOr<std::unique_ptr<JobClient>> JobClient::Open(const Connection& connection) {
  auto channel = OpenChannel(connection.coordinator, connection.tls);
  if (!channel.ok()) return channel.status();
  auto rpc = std::make_unique<Rpc>();
  rpc->channel = *std::move(channel);
  rpc->stub = v1::JobService::NewStub(rpc->channel);
  return std::unique_ptr<JobClient>(new JobClient(connection, std::move(rpc)));
}

absl::StatusOr<std::string> JobClient::Submit(const v1::SubmitRequest& request) {
  auto reply = AskTwice(*rpc_->stub, &Stub::Submit, request, connection_);
  if (!reply.ok()) return reply.status();
  return reply->job();
}

absl::StatusOr<v1::ListReply> JobClient::List() {
  return Ask(*rpc_->stub, &Stub::List, v1::ListRequest(), connection_);
}

absl::StatusOr<v1::JobDetail> JobClient::Show(const std::string& job) {
  v1::ShowRequest request;
  request.set_job(job);
  return Ask(*rpc_->stub, &Stub::Show, request, connection_);
}

absl::StatusOr<v1::JobSummary> JobClient::Pause(const std::string& job) {
  return Ask(*rpc_->stub, &Stub::Pause, ForJob(job), connection_);
}

absl::StatusOr<v1::JobSummary> JobClient::Resume(const std::string& job) {
  return Ask(*rpc_->stub, &Stub::Resume, ForJob(job), connection_);
}

absl::StatusOr<v1::JobSummary> JobClient::SetPriority(const std::string& job, int32_t priority) {
  v1::SetPriorityRequest request;
  request.set_job(job);
  request.set_priority(priority);
  return Ask(*rpc_->stub, &Stub::SetPriority, request, connection_);
}

absl::StatusOr<v1::JobSummary> JobClient::Cancel(const std::string& job) {
  return Ask(*rpc_->stub, &Stub::Cancel, ForJob(job), connection_);
}

absl::Status JobClient::Delete(const std::string& job) {
  return Ask(*rpc_->stub, &Stub::Delete, ForJob(job), connection_).status();
}

absl::Status JobClient::Logs(const std::string& job, int64_t after_step,
                             const std::function<void(const v1::LogEntry&)>& take) {
  v1::LogsRequest request;
  request.set_job(job);
  request.set_after_step(after_step);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kLogsDeadline);
  SendTrace(context);
  const auto reader = rpc_->stub->Logs(&context, request);
  v1::LogEntry entry;
  while (reader->Read(&entry)) take(entry);
  return Diagnosed(FromCall(reader->Finish(), connection_.coordinator), connection_.coordinator,
                   connection_.tls);
}

absl::StatusOr<v1::GetThetaReply> JobClient::GetTheta(const std::string& job,
                                                      std::optional<int64_t> step,
                                                      bool from_scalars) {
  v1::GetThetaRequest request;
  request.set_job(job);
  request.set_from_scalars(from_scalars);
  if (step) request.set_step(*step);
  return Ask(*rpc_->stub, &Stub::GetTheta, request, connection_, {.deadline = kThetaDeadline});
}

std::unique_ptr<ScalarStream> JobClient::Scalars(const std::string& job, int64_t after_step) {
  return std::make_unique<ScalarStream>(rpc_->channel, connection_, job, after_step);
}

absl::StatusOr<v1::ListWorkersReply> JobClient::ListWorkers() {
  return Ask(*rpc_->stub, &Stub::ListWorkers, v1::ListWorkersRequest(), connection_);
}

std::unique_ptr<JobWatcher> JobClient::Watch(const std::string& job, int64_t after_step) {
  return std::make_unique<JobWatcher>(rpc_->channel, connection_.coordinator, job, after_step);
}

}  // namespace paceline
