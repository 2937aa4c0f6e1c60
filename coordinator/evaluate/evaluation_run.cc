#include "coordinator/evaluate/evaluation_run.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/suite/fingerprint.h"
#include "common/suite/keys.h"
#include "common/task/sample.h"

namespace paceline {
namespace {

bool ReadsData(const std::vector<v1::EvaluationCase>& cases) {
  return std::ranges::any_of(
      cases, [](const v1::EvaluationCase& made) { return !DataOf(made.task()).empty(); });
}

Needs NeedsOf(const std::vector<v1::EvaluationCase>& cases) {
  Needs needs;
  for (const v1::EvaluationCase& made : cases) needs.Add(made.task());
  return needs;
}

// For all workers, as it may be long.
SharedMessage ThetaMessage(const std::string& evaluation, const std::string& digest,
                           const std::vector<float>& values) {
  auto message = std::make_shared<v1::CoordinatorMessage>();
  v1::EvaluationTheta& theta = *message->mutable_evaluation_theta();
  theta.set_evaluation(evaluation);
  theta.set_digest(digest);
  theta.set_values(FloatsToBytes(values));
  return message;
}

}  // namespace

EvaluationRun::EvaluationRun(Options options, Submission submission, const Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      suite_(submission.request.suite()),
      plan_(std::move(submission.plan)),
      reads_data_(ReadsData(plan_->cases())),
      failure_(OpenOutcomes()),
      needs_(NeedsOf(plan_->cases())) {
  for (const auto& [digest, values] : submission.thetas) {
    thetas_[digest] = ThetaMessage(options_.name, digest, values);
  }
}

v1::Evaluation EvaluationRun::Result() const {
  v1::Evaluation result = plan_->Result();
  result.set_engine_build(options_.pinned.engine);
  return result;
}

void EvaluationRun::Join(const Worker& worker) {
  const std::string lacks = LackOf(needs_, worker);
  helpers_[worker.id] = {.label = worker.Label(),
                         .engine = SuiteFingerprint(suite_, worker.unit_fingerprints),
                         .trouble = lacks.empty() ? "" : "it has not " + lacks};
}

void EvaluationRun::Lose(WorkerId worker) {
  const auto found = helpers_.find(worker);
  if (found == helpers_.end()) return;
  const std::set<uint64_t> owed = std::move(found->second.owed);
  helpers_.erase(found);
  for (const uint64_t attempt : owed) Forget(attempt);
}

void EvaluationRun::PinEngine() {
  if (options_.counted && !options_.pinned.engine.empty()) return;
  const auto pinned = [this](const auto& entry) { return Suits(entry.second); };
  if (std::ranges::any_of(helpers_, pinned)) return;
  const auto first = std::ranges::find_if(helpers_, [](const auto& entry) {
    return !entry.second.engine.empty() && entry.second.trouble.empty();
  });
  if (first == helpers_.end()) return;
  options_.pinned = {.engine = first->second.engine, .data = {}};
  news_.push_back(absl::StrCat("workers with fingerprint ", options_.pinned.engine,
                               " compute this evaluation"));
  failure_.Update(OpenOutcomes());
}

absl::Status EvaluationRun::OpenOutcomes() {
  outcomes_.reset();
  const PinnedFingerprint& pinned = options_.pinned;
  if (pinned.engine.empty() || (reads_data_ && pinned.data.empty())) return absl::OkStatus();
  auto opened = OutcomeStore::Open(options_.outcomes_path, pinned.ToText(), /*safe=*/true);
  if (!opened.ok()) return opened.status();
  outcomes_ = *std::move(opened);
  return absl::OkStatus();
}

bool EvaluationRun::Suits(const Helper& helper) const {
  return !helper.engine.empty() && helper.engine == options_.pinned.engine &&
         helper.trouble.empty();
}

uint32_t EvaluationRun::UnderWay(WorkerId worker) const {
  const auto found = helpers_.find(worker);
  return found == helpers_.end() ? 0 : static_cast<uint32_t>(found->second.owed.size());
}

uint32_t EvaluationRun::under_way() const {
  uint32_t sum = 0;
  for (const auto& [id, helper] : helpers_) sum += static_cast<uint32_t>(helper.owed.size());
  return sum;
}

std::string EvaluationRun::Waiting() const {
  if (done()) return "";
  if (helpers_.empty()) return "waits for a worker that computes evaluations";
  std::string why;
  for (const auto& [id, helper] : helpers_) {
    if (Suits(helper)) return "";
    if (!helper.trouble.empty()) why = absl::StrCat(helper.label, ": ", helper.trouble);
  }
  if (!why.empty()) return absl::StrCat("waits for another worker; ", why);
  if (options_.pinned.engine.empty()) return "waits for a worker that can run its engines";
  return absl::StrCat("waits for a worker with fingerprint ", options_.pinned.ToText(), "; ",
                      helpers_.size(), " others have no part in it");
}

std::vector<Outgoing> EvaluationRun::Dismiss() {
  auto message = std::make_shared<v1::CoordinatorMessage>();
  message->mutable_end_evaluation()->set_evaluation(options_.name);
  std::vector<Outgoing> out;
  for (auto& [id, helper] : helpers_) {
    if (helper.announced) out.push_back({id, message});
  }
  helpers_.clear();
  return out;
}

}  // namespace paceline
