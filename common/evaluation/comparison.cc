#include "common/evaluation/comparison.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "common/evaluation/paired_runs.h"
#include "common/evaluation/run_losses.h"
#include "google/protobuf/util/message_differencer.h"

namespace paceline {
namespace {

using CasePair = std::pair<uint32_t, uint32_t>;  // before, after

// Place by key and inner steps.
std::map<std::pair<std::string, uint64_t>, uint32_t> CasePlaces(const v1::Evaluation& evaluation) {
  std::map<std::pair<std::string, uint64_t>, uint32_t> places;
  for (int i = 0; i < evaluation.cases_size(); ++i) {
    places.emplace(std::pair(evaluation.cases(i).key(), evaluation.cases(i).steps()),
                   static_cast<uint32_t>(i));
  }
  return places;
}

std::vector<CasePair> CommonCases(const v1::Evaluation& before, const v1::Evaluation& after,
                                  Comparison& comparison) {
  const auto places_before = CasePlaces(before), places_after = CasePlaces(after);
  std::vector<CasePair> common;
  for (const auto& [key, place] : places_before) {
    const auto found = places_after.find(key);
    if (found == places_after.end()) {
      comparison.only_before.push_back(place);
    } else {
      common.emplace_back(place, found->second);
    }
  }
  for (const auto& [key, place] : places_after) {
    if (!places_before.contains(key)) comparison.only_after.push_back(place);
  }
  for (auto* list : {&comparison.only_before, &comparison.only_after}) {
    std::sort(list->begin(), list->end());
  }
  std::sort(common.begin(), common.end());
  return common;
}

// Of two independent means, by the smaller sample's t.
Interval IndependentInterval(const EntryMetrics& before, const EntryMetrics& after) {
  const double half_before = before.training_loss.interval.high - before.training_loss.mean;
  const double half_after = after.training_loss.interval.high - after.training_loss.mean;
  const double difference = after.training_loss.mean - before.training_loss.mean;
  const double half = std::hypot(half_before, half_after);
  return {difference - half, difference + half};
}

CaseChange ChangeOf(const CasePair& where, const EntryMetrics& before, const EntryMetrics& after,
                    bool paired) {
  CaseChange change{.before_case = where.first,
                    .after_case = where.second,
                    .before = &before,
                    .after = &after,
                    .difference = after.training_loss.mean - before.training_loss.mean};
  change.interval = paired ? CompareRuns(*after.entry, *before.entry).difference.interval
                           : IndependentInterval(before, after);
  change.contest = ContestOf(change.difference, change.interval, before.training_loss.mean);
  return change;
}

std::optional<uint32_t> ContestantOfKey(const v1::Evaluation& evaluation, const std::string& key) {
  for (int i = 0; i < evaluation.contestants_size(); ++i) {
    if (evaluation.contestants(i).key() == key) return static_cast<uint32_t>(i);
  }
  return std::nullopt;
}

// Whom a learned contestant of the second is set beside.
std::optional<uint32_t> CounterpartOf(const NamedEvaluation& before, const std::string& key) {
  const auto same = ContestantOfKey(before.evaluation, key);
  if (same && IsLearned(before.evaluation.contestants(static_cast<int>(*same)))) return same;
  if (before.metrics.learned.empty()) return std::nullopt;
  return before.metrics.learned.front();
}

ContestantChange ChangesOf(const NamedEvaluation& before, const NamedEvaluation& after,
                           const std::vector<CasePair>& common, uint32_t first, uint32_t second,
                           bool paired) {
  ContestantChange change{.before = first, .after = second};
  std::vector<double> relative;
  for (const CasePair& where : common) {
    const EntryMetrics* ours = before.metrics.cases[where.first].Find(first);
    const EntryMetrics* theirs = after.metrics.cases[where.second].Find(second);
    if (!ours || !theirs) continue;
    change.cases.push_back(ChangeOf(where, *ours, *theirs, paired));
    relative.push_back(change.cases.back().relative());
    change.tally.Add(change.cases.back().contest);
    change.failures_before.Add(ours->failures);
    change.failures_after.Add(theirs->failures);
  }
  if (!relative.empty()) change.median_change = MedianOf(relative);
  return change;
}

bool EqualRuns(const EntryMetrics& a, const EntryMetrics& b) {
  if (a.entry->runs_size() != b.entry->runs_size()) return false;
  for (int i = 0; i < a.entry->runs_size(); ++i) {
    using google::protobuf::util::MessageDifferencer;
    if (!MessageDifferencer::Equals(a.entry->runs(i), b.entry->runs(i))) return false;
  }
  return true;
}

void CompareBaselines(const NamedEvaluation& before, const NamedEvaluation& after,
                      const std::vector<CasePair>& common, Comparison& comparison) {
  for (const uint32_t baseline : after.metrics.baselines) {
    const auto& contestant = after.evaluation.contestants(static_cast<int>(baseline));
    const auto same = ContestantOfKey(before.evaluation, contestant.key());
    if (!same) continue;
    const bool equal = std::all_of(common.begin(), common.end(), [&](const CasePair& where) {
      const EntryMetrics* a = before.metrics.cases[where.first].Find(*same);
      const EntryMetrics* b = after.metrics.cases[where.second].Find(baseline);
      return !a || !b || EqualRuns(*a, *b);
    });
    ++(equal ? comparison.equal_baselines : comparison.changed_baselines);
  }
}

}  // namespace

double CaseChange::relative() const {
  const double base = std::fabs(before->training_loss.mean);
  return base > 0 ? difference / base : 0;
}

Comparison CompareEvaluations(const NamedEvaluation& before, const NamedEvaluation& after) {
  Comparison comparison;
  comparison.paired = before.evaluation.seed() == after.evaluation.seed() &&
                      before.evaluation.seeds() == after.evaluation.seeds();
  const auto common = CommonCases(before.evaluation, after.evaluation, comparison);
  for (const uint32_t learned : after.metrics.learned) {
    const auto& contestant = after.evaluation.contestants(static_cast<int>(learned));
    const auto counterpart = CounterpartOf(before, contestant.key());
    if (!counterpart) continue;
    comparison.learned.push_back(
        ChangesOf(before, after, common, *counterpart, learned, comparison.paired));
  }
  CompareBaselines(before, after, common, comparison);
  return comparison;
}

}  // namespace paceline
