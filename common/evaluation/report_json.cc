#include "common/evaluation/report_json.h"

#include <cmath>

#include "common/evaluation/profiles.h"
#include "common/evaluation/tallies.h"
#include "common/evaluation/verdict.h"
#include "common/evaluation/words.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using nlohmann::ordered_json;

ordered_json NumberJson(double value) {
  return std::isfinite(value) ? ordered_json(value) : nullptr;
}

ordered_json NumberJson(const std::optional<double>& value) {
  return value ? NumberJson(*value) : nullptr;
}

ordered_json IntervalJson(const Interval& interval) {
  return ordered_json::array({NumberJson(interval.low), NumberJson(interval.high)});
}

ordered_json MeanJson(const SampleMean& mean) {
  return {{"mean", mean.mean},
          {"interval", IntervalJson(mean.interval)},
          {"deviation", mean.deviation}};
}

ordered_json MeanJson(const std::optional<SampleMean>& mean) {
  return mean ? MeanJson(*mean) : ordered_json(nullptr);
}

ordered_json EstimateJson(const std::optional<Estimate>& estimate) {
  if (!estimate) return nullptr;
  return {{"value", estimate->value}, {"interval", IntervalJson(estimate->interval)}};
}

ordered_json TallyJson(const Tally& tally) {
  return {{"wins", tally.wins}, {"draws", tally.draws}, {"losses", tally.losses}};
}

ordered_json FailuresJson(const FateCounts& failures) {
  return {{"diverged", failures.diverged},
          {"collapsed", failures.collapsed},
          {"stalled", failures.stalled}};
}

ordered_json SettingJson(const v1::EvaluationEntry& entry) {
  auto json = ordered_json::object();
  for (const auto& parameter : entry.setting().values()) json[parameter.name()] = parameter.value();
  return json;
}

ordered_json EdgesJson(const v1::EvaluationEntry& entry) {
  auto json = ordered_json::array();
  for (const std::string& name : entry.at_edge()) json.push_back(name);
  return json;
}

ordered_json EntryJson(const v1::Evaluation& evaluation, const EntryMetrics& entry) {
  auto fates = ordered_json::array();
  for (const Fate fate : entry.fates) fates.push_back(FateText(fate));
  ordered_json json = {
      {"contestant", evaluation.contestants(static_cast<int>(entry.contestant)).key()},
      {"rank", entry.rank},
      {"training_loss", MeanJson(entry.training_loss)},
      {"mean_training_loss", MeanJson(entry.mean_training_loss)},
      {"held_out_loss", MeanJson(entry.held_out_loss)},
      {"mean_held_out_loss", MeanJson(entry.mean_held_out_loss)},
      {"test_loss", MeanJson(entry.test_loss)},
      {"held_out_accuracy", MeanJson(entry.held_out_accuracy)},
      {"test_accuracy", MeanJson(entry.test_accuracy)},
      {"fates", std::move(fates)},
      {"score", EstimateJson(entry.score)},
      {"speed_up", EstimateJson(entry.speed_up)}};
  json["updates_to_goal"] = entry.updates_to_goal ? ordered_json(*entry.updates_to_goal) : nullptr;
  json["against_reference"] = entry.against_reference
                                  ? ordered_json(ContestText(entry.against_reference->contest))
                                  : nullptr;
  json["setting"] = SettingJson(*entry.entry);
  json["at_edge"] = EdgesJson(*entry.entry);
  json["trials"] = entry.entry->trials();
  json["tuning_inner_steps"] = entry.entry->tuning_inner_steps();
  json["optimizer_flops"] = NumberJson(entry.entry->optimizer_flops());
  json["optimizer_flops_ratio"] = NumberJson(entry.optimizer_flops_ratio);
  json["state_bytes"] = entry.entry->state_bytes();
  json["state_bytes_per_parameter"] = entry.state_bytes_per_parameter;
  return json;
}

ordered_json GoalJson(const v1::Evaluation& evaluation, const CaseMetrics& metrics) {
  if (!metrics.reference) return nullptr;
  ordered_json json = {
      {"contestant", evaluation.contestants(static_cast<int>(*metrics.reference)).key()}};
  json["goal_loss"] = metrics.goal ? ordered_json(metrics.goal->loss) : nullptr;
  json["goal_updates"] = metrics.goal ? ordered_json(metrics.goal->updates) : nullptr;
  return json;
}

ordered_json CaseJson(const v1::Evaluation& evaluation, const v1::EvaluationCase& its_case,
                      const CaseMetrics& metrics) {
  auto entries = ordered_json::array();
  for (const EntryMetrics& entry : metrics.entries) entries.push_back(EntryJson(evaluation, entry));
  return {{"case", its_case.key()},
          {"title", its_case.title()},
          {"family", its_case.family()},
          {"study", its_case.study()},
          {"value", its_case.value()},
          {"place", its_case.place()},
          {"outside", its_case.outside()},
          {"steps", its_case.steps()},
          {"parameters", its_case.parameters()},
          {"initial_loss", metrics.scale.initial_loss},
          {"best_loss", metrics.scale.best_loss},
          {"reference", GoalJson(evaluation, metrics)},
          {"entries", std::move(entries)}};
}

ordered_json WorstJson(const v1::Evaluation& evaluation, const std::optional<WorstCase>& worst) {
  if (!worst) return nullptr;
  ordered_json json = {{"case", evaluation.cases(static_cast<int>(worst->case_index)).key()}};
  json["speed_up"] = worst->speed_up ? ordered_json(*worst->speed_up) : nullptr;
  json["score"] = worst->score;
  return json;
}

ordered_json ProfileJson(const std::vector<ProfilePoint>& profile) {
  auto json = ordered_json::array();
  for (const ProfilePoint& point : profile) json.push_back({point.at, point.share});
  return json;
}

ordered_json ContestantJson(const v1::Evaluation& evaluation, const Metrics& metrics,
                            uint32_t index) {
  const v1::Contestant& contestant = evaluation.contestants(static_cast<int>(index));
  const ContestantMetrics& figures = metrics.contestants[index];
  return {{"contestant", contestant.key()},
          {"title", contestant.title()},
          {"learned", IsLearned(contestant)},
          {"rule", contestant.rule()},
          {"budget", contestant.budget()},
          {"cases", figures.cases},
          {"place", figures.place},
          {"mean_rank", figures.mean_rank},
          {"best_on", figures.best_on},
          {"score", EstimateJson(figures.score)},
          {"speed_up", EstimateJson(figures.speed_up)},
          {"share_as_fast", EstimateJson(figures.share_as_fast)},
          {"worst", WorstJson(evaluation, figures.worst)},
          {"runs", figures.runs},
          {"failures", FailuresJson(figures.failures)},
          {"failed_on", figures.failed_on},
          {"against_reference", TallyJson(figures.against_reference)},
          {"optimizer_flops_ratio", NumberJson(figures.optimizer_flops_ratio)},
          {"state_bytes_per_parameter", figures.state_bytes_per_parameter},
          {"trials", figures.trials},
          {"tuning_inner_steps", figures.tuning_inner_steps},
          {"speed_up_profile", ProfileJson(SpeedUpProfile(metrics, index))},
          {"regret_profile", ProfileJson(RegretProfile(metrics, index))}};
}

ordered_json TalliesJson(const std::vector<BudgetTally>& tallies) {
  auto json = ordered_json::array();
  for (const BudgetTally& tally : tallies) {
    auto groups = ordered_json::array();
    for (const GroupTally& group : tally.groups) {
      ordered_json item = {{"group", group.name}};
      item.update(TallyJson(group.tally));
      groups.push_back(std::move(item));
    }
    ordered_json item = {{"budget", tally.budget.empty() ? "any" : tally.budget}};
    item.update(TallyJson(tally.main));
    item["groups"] = std::move(groups);
    json.push_back(std::move(item));
  }
  return json;
}

ordered_json VerdictJson(const v1::Evaluation& evaluation, const Metrics& metrics,
                         uint32_t learned) {
  const LearnedVerdict verdict = VerdictOf(evaluation, metrics, learned);
  const auto key = [&](uint32_t contestant) {
    return evaluation.contestants(static_cast<int>(contestant)).key();
  };
  ordered_json json = {{"contestant", key(learned)},
                       {"text", VerdictText(evaluation, metrics, verdict)},
                       {"place", verdict.place},
                       {"contestants", verdict.contestants}};
  json["rival"] = verdict.rival ? ordered_json(key(*verdict.rival)) : nullptr;
  json["against_rival"] = TallyJson(verdict.against_rival);
  json["against_best_of_budget"] = TalliesJson(TalliesOf(evaluation, metrics, learned));
  return json;
}

}  // namespace

ordered_json ReportJson(const v1::Evaluation& evaluation, const Metrics& metrics) {
  ordered_json json = {
      {"suite", evaluation.suite()},       {"seed", evaluation.seed()},
      {"seeds", evaluation.seeds()},       {"engine_build", evaluation.engine_build()},
      {"verdicts", ordered_json::array()}, {"contestants", ordered_json::array()},
      {"cases", ordered_json::array()}};
  for (const uint32_t learned : metrics.learned) {
    json["verdicts"].push_back(VerdictJson(evaluation, metrics, learned));
  }
  for (uint32_t i = 0; i < metrics.contestants.size(); ++i) {
    json["contestants"].push_back(ContestantJson(evaluation, metrics, i));
  }
  for (size_t i = 0; i < metrics.cases.size(); ++i) {
    json["cases"].push_back(
        CaseJson(evaluation, evaluation.cases(static_cast<int>(i)), metrics.cases[i]));
  }
  return json;
}

}  // namespace paceline
