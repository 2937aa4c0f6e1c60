// What a person hands in to be evaluated, checked.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/suite/plan.h"
#include "paceline/v1/evaluation_service.pb.h"

namespace paceline {

struct Submission {
  v1::SubmitEvaluationRequest request;
  std::vector<v1::Contestant> learned;
  std::unique_ptr<EvaluationPlan> plan = {};  // MakePlan's
  std::string submitter = {};                 // who hands it in
  // θ by its digest, of every learned optimizer: [P].
  std::map<std::string, std::vector<float>> thetas;
};

// InvalidArgument if the suite is more than a coordinator takes, with so many learned optimizers.
absl::Status CheckSuiteSize(const v1::Suite& suite, int learned);

// Pure. InvalidArgument lists the suite's faults, or names the optimizer whose bytes are no trained
// optimizer or damaged; or there is more than a coordinator takes.
absl::StatusOr<Submission> CheckSubmission(v1::SubmitEvaluationRequest request);

// Of a large suite it takes seconds: better done before the submission comes to the event loop.
void MakePlan(Submission& submission);

}  // namespace paceline
