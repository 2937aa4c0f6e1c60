#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/suite/cases.h"
#include "common/suite/keys.h"
#include "coordinator/evaluate/evaluation_run.h"

namespace paceline {
namespace {

// For people: "AdamW on image MLP 8x8 [32] relu, batch 128, 1000 steps".
std::string UnitText(const v1::EvaluationUnit& unit) {
  const TaskTitle task = TitleOf(FactsOf(unit.task()));
  const std::string optimizer =
      unit.has_trained()
          ? absl::StrCat("learned optimizer ", unit.trained().theta_digest().substr(0, 8))
          : unit.baseline().rule();
  return absl::StrCat(optimizer, " on ", task.family, " ", task.text, ", ", unit.steps(), " steps");
}

// Empty, or what makes the outcome impossible.
std::string Fault(const v1::EvaluationUnit& unit, const v1::UnitOutcome& outcome) {
  if (outcome.runs_size() == static_cast<int>(unit.runs())) return "";
  return absl::StrCat("an answer of ", outcome.runs_size(), " trainings to a unit of ",
                      unit.runs());
}

}  // namespace

void EvaluationRun::Refuse(Helper& helper, const std::string& why) {
  helper.trouble = why;
  news_.push_back(absl::StrCat("worker ", helper.label, " has no part in it: ", why));
}

void EvaluationRun::Take(WorkerId from, const v1::EvaluationData& data) {
  const auto found = helpers_.find(from);
  if (found == helpers_.end() || !found->second.announced || found->second.ready) return;
  Helper& helper = found->second;
  if (!Suits(helper)) return;
  if (!data.trouble().empty()) return Refuse(helper, data.trouble());
  const DataDigests own = DigestsOf(data.sets());
  if (reads_data_ && own.empty()) return Refuse(helper, "it did not say which data it reads");
  if (options_.pinned.data.empty() && !own.empty()) {
    options_.pinned.data = own;
    failure_.Update(OpenOutcomes());
  }
  const std::string difference = DataDifference(options_.pinned.data, own, "evaluation");
  if (!difference.empty()) return Refuse(helper, difference);
  helper.ready = true;
}

void EvaluationRun::Take(WorkerId from, const v1::EvaluationAnswer& answer) {
  const auto found = helpers_.find(from);
  const auto asking = askings_.find(answer.attempt());
  // Of an earlier life, or of nobody who was asked.
  if (found == helpers_.end() || asking == askings_.end()) return;
  if (!found->second.ready || asking->second.unit != answer.unit_id()) return;
  const bool owed = found->second.owed.erase(answer.attempt()) > 0;
  if (Suits(found->second)) {
    if (answer.has_outcome()) {
      if (owed) longest_ = std::max(longest_, clock_.Now() - asking->second.at);
      TakeOutcome(from, answer.unit_id(), answer.outcome());
    } else if (owed) {
      TakeFailure(from, answer.unit_id(), answer.failure());
    }
  }
  if (owed) Forget(answer.attempt());
}

void EvaluationRun::TakeOutcome(WorkerId from, uint64_t unit, const v1::UnitOutcome& outcome) {
  Helper& helper = helpers_.at(from);
  const auto found = open_.find(unit);
  if (found == open_.end()) return Audit(helper, unit, outcome);
  const std::string fault = Fault(found->second.planned.unit, outcome);
  if (!fault.empty()) {
    v1::UnitFailure failure;
    failure.set_message(fault);
    return TakeFailure(from, unit, failure);
  }
  const PlannedUnit planned = found->second.planned;
  if (absl::Status kept = outcomes_->Keep(planned.unit, outcome); !kept.ok()) {
    return failure_.Update(kept);
  }
  helper.failures = 0;
  const double before = plan_->progress().work_done;
  Put(planned, outcome);
  pace_.Add(clock_.Now(), plan_->progress().work_done - before);
}

void EvaluationRun::Put(const PlannedUnit& planned, const v1::UnitOutcome& outcome) {
  answers_[planned.id] = ContentDigest(outcome);
  options_.counted = true;
  plan_->Put(planned.id, outcome);
  if (const auto found = open_.find(planned.id); found != open_.end()) {
    if (found->second.waits) std::erase(waiting_, planned.id);
    open_.erase(found);
  }
}

void EvaluationRun::Audit(const Helper& helper, uint64_t unit, const v1::UnitOutcome& outcome) {
  const auto first = answers_.find(unit);
  if (first == answers_.end() || first->second == ContentDigest(outcome)) return;
  news_.push_back(absl::StrCat("worker ", helper.label, " answers unit ", unit,
                               " otherwise than the first answer, which counts: the same work gave "
                               "other bits"));
}

void EvaluationRun::TakeFailure(WorkerId from, uint64_t unit, const v1::UnitFailure& failure) {
  Helper& helper = helpers_.at(from);
  const auto found = open_.find(unit);
  if (found == open_.end()) return;
  Open& open = found->second;
  open.failed_on.insert(from);
  const std::string text = absl::StrCat("worker ", helper.label, " failed at ",
                                        UnitText(open.planned.unit), ": ", failure.message());
  if (failure.permanent() || ++open.failures == kMaxFailures) {
    return failure_.Update(absl::InternalError(text));
  }
  news_.push_back(text);
  if (++helper.failures == kMaxFailures) {
    Refuse(helper, absl::StrCat("it failed ", kMaxFailures, " times in a row"));
  }
}

}  // namespace paceline
