#include "common/evaluation/report_csv.h"

#include <cmath>
#include <string_view>

#include "common/evaluation/loss_curve.h"
#include "common/evaluation/run_losses.h"
#include "common/evaluation/words.h"
#include "fmt/format.h"

namespace paceline {
namespace {

constexpr char kRunsHeader[] =
    "case,family,study,place,outside,steps,contestant,budget,run,fate,initial_loss,training_loss,"
    "mean_training_loss,held_out_loss,test_loss,held_out_accuracy,test_accuracy\n";
constexpr char kSummaryHeader[] =
    "case,title,family,study,value,place,outside,steps,parameters,contestant,budget,trials,"
    "tuning_inner_steps,setting,runs,diverged,collapsed,stalled,training_loss,training_loss_low,"
    "training_loss_high,training_loss_deviation,mean_training_loss,held_out_loss,held_out_loss_low,"
    "held_out_loss_high,mean_held_out_loss,test_loss,test_loss_low,test_loss_high,"
    "held_out_accuracy,test_accuracy,rank,score,score_low,score_high,reference,speed_up,"
    "speed_up_low,speed_up_high,updates_to_goal,against_reference,optimizer_flops,"
    "optimizer_flops_ratio,state_bytes,state_bytes_per_parameter\n";

std::string Quoted(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

// One row; numbers that are not finite are empty.
class Row {
 public:
  Row& Text(std::string_view text) { return Raw(Quoted(text)); }
  Row& Number(double value) {
    return Raw(std::isfinite(value) ? fmt::format("{:.8g}", value) : "");
  }
  Row& Number(const std::optional<double>& value) { return value ? Number(*value) : Raw(""); }
  Row& Count(uint64_t count) { return Raw(fmt::to_string(count)); }
  Row& With(const SampleMean& mean) {
    return Number(mean.mean).Number(mean.interval.low).Number(mean.interval.high);
  }
  Row& With(const std::optional<Estimate>& estimate) {
    if (!estimate) return Raw("").Raw("").Raw("");
    return Number(estimate->value).Number(estimate->interval.low).Number(estimate->interval.high);
  }
  Row& MeanOf(const std::optional<SampleMean>& mean) { return mean ? Number(mean->mean) : Raw(""); }
  std::string Line() const { return row_.substr(1) + "\n"; }

 private:
  Row& Raw(const std::string& text) {
    row_ += "," + text;
    return *this;
  }
  std::string row_;
};

// Calls `add` for every entry, in order.
template <class Function>
void ForEachEntry(const v1::Evaluation& evaluation, const Metrics& metrics, Function&& add) {
  for (size_t i = 0; i < metrics.cases.size(); ++i) {
    for (const EntryMetrics& entry : metrics.cases[i].entries) {
      add(evaluation.cases(static_cast<int>(i)), metrics.cases[i], entry,
          evaluation.contestants(static_cast<int>(entry.contestant)));
    }
  }
}

std::string RunRow(const v1::EvaluationCase& its_case, const EntryMetrics& entry,
                   const v1::Contestant& contestant, int number) {
  const v1::RunOutcome& run = entry.entry->runs(number);
  const auto accuracy = [](bool has, float error) {
    return has ? std::optional<double>(1 - Counted(error)) : std::nullopt;
  };
  Row row;
  row.Text(its_case.key()).Text(its_case.family()).Text(its_case.study()).Number(its_case.place());
  row.Count(its_case.outside()).Count(its_case.steps());
  row.Text(contestant.key()).Text(contestant.budget()).Count(static_cast<uint64_t>(number));
  row.Text(FateText(entry.fates[static_cast<size_t>(number)]));
  row.Number(run.initial_loss()).Number(run.training_loss());
  row.Number(MeanTrainingLosses(*entry.entry, its_case.steps())[static_cast<size_t>(number)]);
  row.Number(run.held_out_loss()).Number(run.test_loss());
  row.Number(accuracy(run.has_held_out_error(), run.held_out_error()));
  row.Number(accuracy(run.has_test_error(), run.test_error()));
  return row.Line();
}

void AddCase(Row& row, const v1::EvaluationCase& its_case) {
  row.Text(its_case.key()).Text(its_case.title()).Text(its_case.family()).Text(its_case.study());
  row.Text(its_case.value()).Number(its_case.place()).Count(its_case.outside());
  row.Count(its_case.steps()).Count(its_case.parameters());
}

void AddContestant(Row& row, const v1::Contestant& contestant, const EntryMetrics& entry) {
  row.Text(contestant.key()).Text(contestant.budget()).Count(entry.entry->trials());
  row.Count(entry.entry->tuning_inner_steps()).Text(SettingText(*entry.entry));
}

void AddResults(Row& row, const EntryMetrics& entry) {
  row.Count(entry.fates.size()).Count(entry.failures.diverged);
  row.Count(entry.failures.collapsed).Count(entry.failures.stalled);
  row.With(entry.training_loss).Number(entry.training_loss.deviation);
  row.Number(entry.mean_training_loss.mean).With(entry.held_out_loss);
  row.Number(entry.mean_held_out_loss.mean).With(entry.test_loss);
  row.MeanOf(entry.held_out_accuracy).MeanOf(entry.test_accuracy);
}

void AddComparisons(Row& row, const v1::Evaluation& evaluation, const CaseMetrics& its_case,
                    const EntryMetrics& entry) {
  row.Number(entry.rank).With(std::optional(entry.score));
  row.Text(its_case.reference ? evaluation.contestants(static_cast<int>(*its_case.reference)).key()
                              : "");
  row.With(entry.speed_up).Number(entry.updates_to_goal);
  row.Text(entry.against_reference ? ContestText(entry.against_reference->contest) : "");
  row.Number(entry.entry->optimizer_flops()).Number(entry.optimizer_flops_ratio);
  row.Count(entry.entry->state_bytes()).Number(entry.state_bytes_per_parameter);
}

// Of each point of the curve, over the runs.
std::string CurveRows(const v1::EvaluationCase& its_case, const EntryMetrics& entry,
                      const v1::Contestant& contestant) {
  const Spans spans{its_case.steps(), static_cast<size_t>(entry.entry->runs(0).training_size())};
  std::string rows;
  for (size_t point = 0; point < spans.points; ++point) {
    std::vector<double> losses;
    for (const auto& run : entry.entry->runs()) {
      losses.push_back(Counted(run.training(static_cast<int>(point))));
    }
    const SampleMean mean = SampleMeanOf(losses);
    Row row;
    row.Text(its_case.key()).Text(contestant.key()).Number(spans.middle(point));
    rows += row.Number(mean.mean).Number(mean.deviation).Line();
  }
  return rows;
}

}  // namespace

std::string RunsCsv(const v1::Evaluation& evaluation, const Metrics& metrics) {
  std::string csv = kRunsHeader;
  ForEachEntry(evaluation, metrics,
               [&](const auto& its_case, const auto&, const auto& entry, const auto& contestant) {
                 for (int run = 0; run < entry.entry->runs_size(); ++run) {
                   csv += RunRow(its_case, entry, contestant, run);
                 }
               });
  return csv;
}

std::string SummaryCsv(const v1::Evaluation& evaluation, const Metrics& metrics) {
  std::string csv = kSummaryHeader;
  ForEachEntry(evaluation, metrics,
               [&](const auto& its_case, const auto& case_metrics, const auto& entry,
                   const auto& contestant) {
                 Row row;
                 AddCase(row, its_case);
                 AddContestant(row, contestant, entry);
                 AddResults(row, entry);
                 AddComparisons(row, evaluation, case_metrics, entry);
                 csv += row.Line();
               });
  return csv;
}

std::string CurvesCsv(const v1::Evaluation& evaluation, const Metrics& metrics) {
  std::string csv = "case,contestant,updates,mean_loss,deviation\n";
  ForEachEntry(evaluation, metrics,
               [&](const auto& its_case, const auto&, const auto& entry, const auto& contestant) {
                 csv += CurveRows(its_case, entry, contestant);
               });
  return csv;
}

}  // namespace paceline
