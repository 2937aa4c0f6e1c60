#include "common/evaluation/report.h"

#include <filesystem>
#include <memory>
#include <system_error>

#include "common/evaluation/comparison_report.h"
#include "common/evaluation/files.h"
#include "common/evaluation/report_json.h"
#include "common/evaluation/report_text.h"
#include "coordinator/cli/commands/answer.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/context.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

struct ReportOptions {
  std::vector<std::string> folders;
  std::string output;
  bool force = false;
};

absl::StatusOr<NamedEvaluations> LoadAll(const std::vector<std::string>& folders) {
  NamedEvaluations evaluations;
  for (const std::string& folder : folders) {
    auto loaded = LoadEvaluation(folder);
    if (!loaded.ok()) return loaded.status();
    auto& named = *evaluations.emplace_back(std::make_unique<NamedEvaluation>());
    named.name = folder;
    named.evaluation = *std::move(loaded);
    named.metrics = MetricsOf(named.evaluation);
  }
  return evaluations;
}

OutputRules RulesOf(const ReportOptions& options) {
  std::vector<std::string> inputs;
  for (const std::string& folder : options.folders) inputs.push_back(EvaluationPath(folder));
  return {.force = options.force, .inputs = inputs};
}

bool IsSameFolder(const std::string& a, const std::string& b) {
  std::error_code ignored;
  return std::filesystem::equivalent(a, b, ignored);
}

// Into the evaluation's own folder, whose report is ours to replace, or into --output, with the
// evaluation itself.
absl::StatusOr<WrittenReport> Render(const ReportOptions& options, const NamedEvaluation& one) {
  const std::string own =
      std::filesystem::path(EvaluationPath(options.folders.front())).parent_path().string();
  const std::string folder = options.output.empty() ? (own.empty() ? "." : own) : options.output;
  if (options.output.empty() || IsSameFolder(folder, own.empty() ? "." : own)) {
    return WriteEvaluationReport(one.evaluation, one.metrics, folder, kReplace);
  }
  const OutputRules rules = RulesOf(options);
  if (absl::Status may = CheckEvaluationReport(folder, rules); !may.ok()) return may;
  if (absl::Status saved = SaveEvaluation(one.evaluation, folder, rules); !saved.ok()) return saved;
  return WriteEvaluationReport(one.evaluation, one.metrics, folder, rules);
}

absl::StatusOr<ExitStatus> ReportOne(const Context& context, const ReportOptions& options,
                                     const NamedEvaluation& one) {
  const auto written = Render(options, one);
  if (!written.ok()) return written.status();
  if (!written->without_png.empty()) {
    context.environment.err << "paceline: " << written->without_png << "\n";
  }
  Answer(context, ReportJson(one.evaluation, one.metrics),
         BriefReportText(one.evaluation, one.metrics));
  return kExitOk;
}

absl::StatusOr<ExitStatus> Compare(const Context& context, const ReportOptions& options,
                                   const NamedEvaluations& evaluations) {
  if (!options.output.empty()) {
    const auto written = WriteComparison(evaluations, options.output, RulesOf(options));
    if (!written.ok()) return written;
  }
  Answer(context, ComparisonJson(evaluations), ComparisonText(evaluations));
  return kExitOk;
}

absl::StatusOr<ExitStatus> Report(const Context& context, const ReportOptions& options) {
  const auto evaluations = LoadAll(options.folders);
  if (!evaluations.ok()) return evaluations.status();
  if (evaluations->size() == 1) return ReportOne(context, options, *evaluations->front());
  return Compare(context, options, *evaluations);
}

}  // namespace

void AddReport(Command& app, Context& context) {
  auto options = std::make_shared<ReportOptions>();
  Command& command = AddCommand(app, context, "report",
                                "Write an evaluation's report anew, or compare several evaluations",
                                [&context, options] { return Report(context, *options); });
  command
      .AddOption(
          "FOLDER", options->folders,
          "Folders of evaluations, or their evaluation.binpb; the first of several is what the "
          "others are set beside")
      .Required();
  command
      .AddOption(
          "--out,--output,-o", options->output,
          "Where to write (default: one evaluation's own folder; comparisons are only printed)")
      .TypeName("DIR");
  AddForceFlag(command, options->force);
  AddJsonFlag(command, context);
}

}  // namespace paceline
