// The coordinator's EvaluationService as plain functions, as client.h of jobs.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "coordinator/cli/client/client.h"
#include "coordinator/cli/client/evaluation_watcher.h"
#include "paceline/v1/evaluation_service.pb.h"

namespace paceline {

// Thread-safe.
class EvaluationClient {
 public:
  // Does not connect yet. Errors as OpenChannel.
  static absl::StatusOr<std::unique_ptr<EvaluationClient>> Open(const Connection& connection);
  ~EvaluationClient();

  // Tried once more after a lost connection: `request.request_id` makes that safe. InvalidArgument:
  // it is larger than a coordinator takes.
  absl::StatusOr<std::string> Submit(const v1::SubmitEvaluationRequest& request);
  absl::StatusOr<v1::ListEvaluationsReply> List();
  absl::StatusOr<v1::EvaluationDetail> Show(const std::string& name);
  absl::StatusOr<v1::EvaluationSummary> Cancel(const std::string& name);
  absl::Status Delete(const std::string& name);
  // DataLoss if what arrived is not the bytes of an Evaluation.
  absl::StatusOr<v1::Evaluation> Result(const std::string& name);
  // The client may go before the watcher.
  std::unique_ptr<EvaluationWatcher> Watch(const std::string& name);

 private:
  struct Rpc;
  EvaluationClient(Connection connection, std::unique_ptr<Rpc> rpc);

  const Connection connection_;
  std::unique_ptr<Rpc> rpc_;
};

}  // namespace paceline
