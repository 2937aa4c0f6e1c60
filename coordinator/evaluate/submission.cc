#include "coordinator/evaluate/submission.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/checkpoint/trained_optimizer.h"
#include "common/suite/cases.h"
#include "common/suite/suite.h"

namespace paceline {
namespace {

constexpr int kMaxOptimizers = 64;
constexpr size_t kMaxTitleBytes = 256, kMaxRequestIdBytes = 256;
// Of an evaluation, about: the coordinator holds all units of a round of searches.
constexpr uint64_t kMaxUnits = 1'000'000;

uint64_t UnitsAbout(const v1::Suite& suite, uint64_t learned) {
  const uint64_t baselines = BaselineContestants(suite).size();
  const uint64_t rules = baselines / BudgetsOf(suite).size();
  const uint64_t runs = suite.seeds() / 5 + 1;
  const uint64_t tried = suite.tuning().rates() + uint64_t{suite.tuning().trials()};
  return CasesOf(suite).size() * ((learned + baselines) * runs + rules * tried);
}

absl::Status CheckSizes(const v1::SubmitEvaluationRequest& request) {
  if (request.optimizers_size() > kMaxOptimizers) {
    return absl::InvalidArgumentError(absl::StrCat("an evaluation has at most ", kMaxOptimizers,
                                                   " learned optimizers, not ",
                                                   request.optimizers_size()));
  }
  if (request.request_id().size() > kMaxRequestIdBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("request_id is longer than ", kMaxRequestIdBytes, " bytes"));
  }
  return CheckSuiteSize(request.suite(), request.optimizers_size());
}

absl::Status AddOptimizer(const v1::SubmittedOptimizer& submitted, Submission& submission) {
  const std::string& title = submitted.title();
  if (title.empty() || title.size() > kMaxTitleBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a learned optimizer's title is 1 to ", kMaxTitleBytes, " bytes long"));
  }
  auto trained = ParseTrainedOptimizer(submitted.safetensors());
  if (!trained.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("optimizer ", title, ": ", trained.status().message()));
  }
  submission.learned.push_back(LearnedContestant(title, trained->optimizer, trained->theta));
  submission.thetas[submission.learned.back().theta_digest()] = std::move(trained->theta);
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckSuiteSize(const v1::Suite& suite, int learned) {
  const uint64_t units = UnitsAbout(suite, static_cast<uint64_t>(learned));
  if (units <= kMaxUnits) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "the suite comes to about ", units, " units of work; a coordinator takes at most ", kMaxUnits,
      ": cut it into several, or lower seeds or tuning.trials"));
}

absl::StatusOr<Submission> CheckSubmission(v1::SubmitEvaluationRequest request) {
  const std::vector<std::string> faults = CheckSuite(request.suite());
  if (!faults.empty()) return absl::InvalidArgumentError(absl::StrJoin(faults, "\n"));
  if (absl::Status status = CheckSizes(request); !status.ok()) return status;
  Submission submission;
  for (const v1::SubmittedOptimizer& submitted : request.optimizers()) {
    if (absl::Status status = AddOptimizer(submitted, submission); !status.ok()) return status;
  }
  submission.request = std::move(request);
  return submission;
}

void MakePlan(Submission& submission) {
  submission.plan =
      std::make_unique<EvaluationPlan>(submission.request.suite(), submission.learned);
}

}  // namespace paceline
