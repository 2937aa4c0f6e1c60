// What a job's outer steps were made of, one after the other.
#pragma once

#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "coordinator/cli/client/client.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "paceline/v1/job.grpc.pb.h"

namespace paceline {

// Not thread-safe. What is not read stays on the coordinator.
class ScalarStream {
 public:
  ScalarStream(std::shared_ptr<grpc::Channel> channel, Connection connection,
               const std::string& job, int64_t after_step);
  ~ScalarStream();
  ScalarStream(const ScalarStream&) = delete;
  ScalarStream& operator=(const ScalarStream&) = delete;

  // Nothing after the newest outer step. Errors as JobClient's.
  absl::StatusOr<std::optional<v1::StepScalars>> Next();

 private:
  const std::shared_ptr<grpc::Channel> channel_;
  const Connection connection_;
  grpc::ClientContext context_;
  const std::unique_ptr<v1::JobService::Stub> stub_;
  std::unique_ptr<grpc::ClientReader<v1::StepScalars>> reader_;  // null: it has ended
};

}  // namespace paceline
