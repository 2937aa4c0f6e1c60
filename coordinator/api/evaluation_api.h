// What people and their tools may ask about evaluations, as job_api.h of jobs.
#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/api/event_loop.h"
#include "coordinator/api/watch_hub.h"
#include "coordinator/job/coordinator.h"
#include "paceline/v1/evaluation_service.pb.h"

namespace paceline {

// Thread-safe: every method is called on the caller's thread and waits for the loop where it needs
// the coordinator. Meanings of requests, replies and errors are those of EvaluationService.
class EvaluationApi {
 public:
  struct Deps {
    EventLoop& loop;
    Coordinator& coordinator;
    WatchHub& hub;
  };
  // What it is given outlives it.
  explicit EvaluationApi(Deps deps) : deps_(deps) {}

  absl::StatusOr<v1::SubmitEvaluationReply> Submit(v1::SubmitEvaluationRequest request,
                                                   const std::string& submitter = "");
  absl::StatusOr<v1::ListEvaluationsReply> List();
  absl::StatusOr<v1::EvaluationDetail> Show(const std::string& name);
  // Who submitted it; empty: before there were identities.
  absl::StatusOr<std::string> OwnerOf(const std::string& name);
  absl::StatusOr<v1::EvaluationSummary> Cancel(const std::string& name);
  absl::Status Delete(const std::string& name);
  // The bytes of an Evaluation.
  absl::StatusOr<std::string> Result(const std::string& name);
  // Writes how it stands whenever that changes, a few times a second at most, until it has ended,
  // `write` says false or `cancelled` says true. Unavailable if the coordinator stops before.
  absl::Status Watch(const std::string& name,
                     const std::function<bool(const v1::EvaluationSummary&)>& write,
                     const std::function<bool()>& cancelled);

 private:
  absl::StatusOr<v1::EvaluationSummary> Summary(const std::string& name);

  Deps deps_;
};

}  // namespace paceline
