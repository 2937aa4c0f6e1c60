#include "worker/eval/report.h"

#include <algorithm>

#include "common/base/file.h"
#include "common/text/table.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "nlohmann/json.hpp"
#include "worker/eval/statistics.h"
#include "worker/eval/verdict.h"

namespace paceline {
namespace {

// In the report's folder.
constexpr char kTextFile[] = "/report.txt";
constexpr char kJsonFile[] = "/report.json";
constexpr char kCurvesFile[] = "/curves.csv";
constexpr char kPlotFile[] = "/curves.svg";

std::string SpreadText(std::span<const double> values) {
  const Spread spread = SpreadOf(values);
  return fmt::format("{:.4f} ± {:.4f}", spread.mean, spread.deviation);
}

std::string RateText(const OptimizerResult& result) {
  if (!result.learning_rate) return "-";
  return fmt::format("{:g}{}", *result.learning_rate, result.rate_at_edge ? " (edge)" : "");
}

size_t DivergedRuns(const OptimizerResult& result) {
  return std::count_if(result.runs.begin(), result.runs.end(),
                       [](const RunResult& run) { return run.diverged; });
}

// What else was chosen, and what went wrong.
std::string NoteText(const OptimizerResult& result) {
  std::vector<std::string> notes;
  for (const ChosenKnob& knob : result.others) notes.push_back(knob.text);
  if (const size_t diverged = DivergedRuns(result); diverged > 0) {
    notes.push_back(fmt::format("{} of {} runs diverged", diverged, result.runs.size()));
  }
  return fmt::format("{}", fmt::join(notes, ", "));
}

std::string TriedText(const OptimizerResult& result) {
  return result.learning_rate ? fmt::to_string(result.settings_tried) : "-";
}

// What is said of the others goes below.
std::string OnTwoLines(std::string verdict) {
  if (const size_t others = verdict.find("; ", verdict.find(')')); others != std::string::npos) {
    verdict.replace(others, 2, ";\n     ");
  }
  return verdict;
}

std::string ScenarioText(const ScenarioResult& result) {
  std::vector<std::vector<std::string>> rows;
  for (const OptimizerResult& optimizer : result.optimizers) {
    rows.push_back({optimizer.title, TriedText(optimizer), RateText(optimizer),
                    SpreadText(TrainingLosses(optimizer)), SpreadText(TestLosses(optimizer)),
                    NoteText(optimizer)});
  }
  return fmt::format(
      "{}: {}, {} inner steps\n{}  => the learned optimizer {}\n\n", result.scenario.title,
      TaskText(result.scenario.task), result.scenario.steps,
      TableText({"OPTIMIZER", "TRIED", "LEARNING RATE", "TRAINING LOSS", "TEST LOSS", ""}, rows,
                {.indent = 2}),
      OnTwoLines(VerdictText(result)));
}

// Of point `point` over the seeds.
Spread SpreadAt(const OptimizerResult& result, size_t point) {
  std::vector<double> values;
  for (const RunResult& run : result.runs) values.push_back(run.curve[point]);
  return SpreadOf(values);
}

int64_t StepOfPoint(const Scenario& scenario, size_t point) {
  const int64_t end = static_cast<int64_t>(point + 1) * CurveSpan(scenario.steps);
  return std::min(end, scenario.steps);
}

nlohmann::ordered_json SpreadJson(std::span<const double> values) {
  const Spread spread = SpreadOf(values);
  return {{"mean", spread.mean}, {"deviation", spread.deviation}, {"seeds", values}};
}

nlohmann::ordered_json OptimizerJson(const OptimizerResult& result) {
  nlohmann::ordered_json json = {{"optimizer", result.key}, {"title", result.title}};
  json["learning_rate"] =
      result.learning_rate ? nlohmann::ordered_json(*result.learning_rate) : nullptr;
  json["rate_at_edge"] = result.rate_at_edge;
  json["settings"] = nlohmann::ordered_json::object();
  for (const ChosenKnob& knob : result.others) json["settings"][knob.name] = knob.value;
  json["settings_tried"] = result.settings_tried;
  json["training_loss"] = SpreadJson(TrainingLosses(result));
  json["test_loss"] = SpreadJson(TestLosses(result));
  json["diverged_runs"] = DivergedRuns(result);
  return json;
}

Curve CurveOf(const Scenario& scenario, const OptimizerResult& result) {
  Curve curve{.title = result.title};
  if (result.learning_rate) curve.title += fmt::format(", lr {:g}", *result.learning_rate);
  for (size_t point = 0; point < result.runs.front().curve.size(); ++point) {
    const Spread spread = SpreadAt(result, point);
    curve.points.push_back({.x = static_cast<double>(StepOfPoint(scenario, point)),
                            .y = spread.mean,
                            .low = spread.mean - spread.deviation,
                            .high = spread.mean + spread.deviation});
  }
  return curve;
}

}  // namespace

std::vector<double> TrainingLosses(const OptimizerResult& result) {
  std::vector<double> losses;
  for (const RunResult& run : result.runs) losses.push_back(run.training_loss);
  return losses;
}

std::vector<double> TestLosses(const OptimizerResult& result) {
  std::vector<double> losses;
  for (const RunResult& run : result.runs) losses.push_back(run.test_loss);
  return losses;
}

std::string ReportText(const Evaluation& evaluation) {
  const ScenarioResult& own = evaluation.scenarios.front();
  std::string text = fmt::format(
      "{} after {} outer steps, beside hand-designed optimizers, each at the best of the settings\n"
      "that were TRIED for the table's training loss, with {} other runs a setting.\n"
      "Training loss: mean of the last tenth of the inner steps. Test loss: at the end. Mean ± "
      "standard\ndeviation over {} runs with initial weights and batches that neither training "
      "nor the choice of\nsettings has seen.\n\n",
      evaluation.job, evaluation.outer_step, evaluation.tuning_seeds,
      own.optimizers.front().runs.size());
  for (const ScenarioResult& result : evaluation.scenarios) text += ScenarioText(result);
  return text + fmt::format("At its own horizon of {} inner steps the learned optimizer {}.\n",
                            evaluation.horizon, VerdictText(own));
}

nlohmann::ordered_json ReportJson(const Evaluation& evaluation) {
  nlohmann::ordered_json json = {{"job", evaluation.job},
                                 {"outer_step", evaluation.outer_step},
                                 {"horizon", evaluation.horizon},
                                 {"tuning_seeds", evaluation.tuning_seeds},
                                 {"scenarios", nlohmann::ordered_json::array()}};
  for (const ScenarioResult& result : evaluation.scenarios) {
    auto optimizers = nlohmann::ordered_json::array();
    for (const OptimizerResult& optimizer : result.optimizers) {
      optimizers.push_back(OptimizerJson(optimizer));
    }
    json["scenarios"].push_back({{"scenario", result.scenario.key},
                                 {"task", TaskText(result.scenario.task)},
                                 {"steps", result.scenario.steps},
                                 {"verdict", VerdictText(result)},
                                 {"optimizers", std::move(optimizers)}});
  }
  return json;
}

std::string CurvesCsv(const Evaluation& evaluation) {
  std::string csv = "scenario,optimizer,learning_rate,step,mean_loss,deviation\n";
  for (const ScenarioResult& result : evaluation.scenarios) {
    for (const OptimizerResult& optimizer : result.optimizers) {
      const std::string rate =
          optimizer.learning_rate ? fmt::format("{:g}", *optimizer.learning_rate) : "";
      for (size_t point = 0; point < optimizer.runs.front().curve.size(); ++point) {
        const Spread spread = SpreadAt(optimizer, point);
        csv += fmt::format("{},{},{},{},{:.6g},{:.6g}\n", result.scenario.key, optimizer.key, rate,
                           StepOfPoint(result.scenario, point), spread.mean, spread.deviation);
      }
    }
  }
  return csv;
}

std::vector<Panel> CurvePanels(const Evaluation& evaluation) {
  std::vector<Panel> panels;
  for (const ScenarioResult& result : evaluation.scenarios) {
    Panel panel{.title = fmt::format("{} ({} steps)", result.scenario.title, result.scenario.steps),
                .x_title = "inner step",
                .y_title = "training loss"};
    for (const OptimizerResult& optimizer : result.optimizers) {
      panel.curves.push_back(CurveOf(result.scenario, optimizer));
    }
    panels.push_back(std::move(panel));
  }
  return panels;
}

absl::Status CheckReport(const std::string& folder, const OutputRules& rules) {
  absl::Status status = MakeFolder(folder);
  for (const char* name : {kTextFile, kJsonFile, kCurvesFile, kPlotFile}) {
    if (status.ok()) status = CheckOutput(folder + name, rules);
  }
  return status;
}

absl::Status WriteReport(const Evaluation& evaluation, const std::string& folder,
                         const OutputRules& rules) {
  absl::Status status = CheckReport(folder, rules);
  const auto write = [&](const char* name, const std::string& text) {
    if (status.ok()) status = WriteOutput(folder + name, text, rules);
  };
  write(kTextFile, ReportText(evaluation));
  write(kJsonFile, ReportJson(evaluation).dump(2) + "\n");
  write(kCurvesFile, CurvesCsv(evaluation));
  write(kPlotFile, DrawSvg(CurvePanels(evaluation)));
  return status;
}

}  // namespace paceline
