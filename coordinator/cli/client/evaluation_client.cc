#include "coordinator/cli/client/evaluation_client.h"

#include <utility>

#include "common/rpc/channel.h"
#include "common/rpc/trace_metadata.h"
#include "coordinator/cli/client/call.h"
#include "fmt/format.h"
#include "paceline/v1/evaluation_service.grpc.pb.h"

namespace paceline {
namespace {

using std::chrono::seconds;
using Stub = v1::EvaluationService::Stub;

// Of many megabytes, either way.
constexpr seconds kLongDeadline(300);
// What else a request holds.
constexpr int kMargin = 1 << 20;

v1::EvaluationRequest Named(const std::string& name) {
  v1::EvaluationRequest request;
  request.set_evaluation(name);
  return request;
}

}  // namespace

struct EvaluationClient::Rpc {
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<Stub> stub;
};

EvaluationClient::EvaluationClient(Connection connection, std::unique_ptr<Rpc> rpc)
    : connection_(std::move(connection)), rpc_(std::move(rpc)) {}
EvaluationClient::~EvaluationClient() = default;

absl::StatusOr<std::unique_ptr<EvaluationClient>> EvaluationClient::Open(
    const Connection& connection) {
  auto channel = OpenChannel(connection.coordinator, connection.tls);
  if (!channel.ok()) return channel.status();
  auto rpc = std::make_unique<Rpc>();
  rpc->channel = *std::move(channel);
  rpc->stub = v1::EvaluationService::NewStub(rpc->channel);
  return std::unique_ptr<EvaluationClient>(new EvaluationClient(connection, std::move(rpc)));
}

absl::StatusOr<std::string> EvaluationClient::Submit(const v1::SubmitEvaluationRequest& request) {
  const size_t bytes = request.ByteSizeLong();
  if (bytes > kMaxMessageBytes - kMargin) {
    return absl::InvalidArgumentError(
        fmt::format("suite and optimizers come to {} MiB; a coordinator takes {}: evaluate fewer "
                    "optimizers at a time",
                    bytes >> 20, (kMaxMessageBytes - kMargin) >> 20));
  }
  auto reply =
      AskTwice(*rpc_->stub, &Stub::Submit, request, connection_, {.deadline = kLongDeadline});
  if (!reply.ok()) return reply.status();
  return reply->evaluation();
}

absl::StatusOr<v1::ListEvaluationsReply> EvaluationClient::List() {
  return Ask(*rpc_->stub, &Stub::List, v1::ListEvaluationsRequest(), connection_);
}

absl::StatusOr<v1::EvaluationDetail> EvaluationClient::Show(const std::string& name) {
  return Ask(*rpc_->stub, &Stub::Show, Named(name), connection_);
}

absl::StatusOr<v1::EvaluationSummary> EvaluationClient::Cancel(const std::string& name) {
  return Ask(*rpc_->stub, &Stub::Cancel, Named(name), connection_);
}

absl::Status EvaluationClient::Delete(const std::string& name) {
  return Ask(*rpc_->stub, &Stub::Delete, Named(name), connection_).status();
}

absl::StatusOr<v1::Evaluation> EvaluationClient::Result(const std::string& name) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kLongDeadline);
  SendTrace(context);
  const auto reader = rpc_->stub->GetResult(&context, Named(name));
  std::string bytes;
  v1::EvaluationChunk chunk;
  while (reader->Read(&chunk)) bytes += chunk.bytes();
  const absl::Status status = Diagnosed(FromCall(reader->Finish(), connection_.coordinator),
                                        connection_.coordinator, connection_.tls);
  if (!status.ok()) return status;
  v1::Evaluation result;
  if (result.ParseFromString(bytes)) return result;
  return absl::DataLossError("what the coordinator sent is no evaluation; try again");
}

std::unique_ptr<EvaluationWatcher> EvaluationClient::Watch(const std::string& name) {
  return std::make_unique<EvaluationWatcher>(rpc_->channel, connection_.coordinator, name);
}

}  // namespace paceline
