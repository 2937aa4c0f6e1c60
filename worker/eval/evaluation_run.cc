#include "worker/eval/evaluation_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <thread>
#include <utility>

#include "common/command/plugin_flag.h"
#include "common/evaluation/files.h"
#include "common/evaluation/report.h"
#include "common/evaluation/report_json.h"
#include "common/evaluation/report_text.h"
#include "common/suite/fingerprint.h"
#include "common/suite/outcome_store.h"
#include "common/suite/plan.h"
#include "nlohmann/json.hpp"
#include "paceline_build_id.h"
#include "worker/engine/fingerprint.h"
#include "worker/eval/local_evaluation.h"
#include "worker/eval/time_left.h"
#include "worker/plugin/plugin_table.h"

namespace paceline {
namespace {

std::string UsualKept() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  if (cache != nullptr && *cache != '\0') return std::string(cache) + "/paceline/outcomes.sqlite";
  return std::string(home != nullptr ? home : ".") + "/.cache/paceline/outcomes.sqlite";
}

// Null if nothing is to be kept, or nothing can be in the usual place.
absl::StatusOr<std::unique_ptr<OutcomeStore>> OpenStore(const EvaluationOptions& options) {
  if (options.keep_nothing) return nullptr;
  if (options.kept.empty()) {
    auto usual = OutcomeStore::Open(UsualKept(), PACELINE_ENGINE_BUILD_ID);
    if (usual.ok()) return usual;
    std::cerr << "nothing is kept: " << usual.status().message() << "\n";
    return nullptr;
  }
  return OutcomeStore::Open(options.kept, PACELINE_ENGINE_BUILD_ID);
}

// Files in the folder; text or JSON on standard output.
absl::Status Tell(const v1::Evaluation& evaluation, const std::string& folder,
                  const OutputRules& rules, bool json) {
  const Metrics metrics = MetricsOf(evaluation);
  if (absl::Status saved = SaveEvaluation(evaluation, folder, rules); !saved.ok()) return saved;
  const auto written = WriteEvaluationReport(evaluation, metrics, folder, rules);
  if (!written.ok()) return written.status();
  if (!written->without_png.empty()) std::cerr << written->without_png << "\n";
  if (json) {
    std::cout << ReportJson(evaluation, metrics).dump(2) << "\n";
  } else {
    std::cout << BriefReportText(evaluation, metrics) << "\nreport  " << folder << "/report.html\n";
  }
  return absl::OkStatus();
}

}  // namespace

void AddEvaluationFlags(Command& app, EvaluationOptions& options) {
  options.threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  app.AddOption("--threads", options.threads, "Trainings computed at a time")
      .Range(1, 1024)
      .ShowDefault();
  app.AddOption("--output,-o", options.output, "Folder for the report").TypeName("DIR");
  app.AddOption("--kept", options.kept,
                "File of what was computed before (default: outcomes.sqlite in paceline's cache)")
      .TypeName("FILE");
  app.AddFlag("--keep-nothing", options.keep_nothing,
              "Compute everything anew, and keep none of it");
  app.AddOption("--data-dir", options.data_dir, "Folder with the data sets, one folder each")
      .ExistingFolder()
      .ShowDefault();
  AddPluginFlag(app, options.plugins);
  app.AddFlag("--json", options.json, "Print the result as JSON");
}

void Entrants::Add(std::string title, const TrainedOptimizer& trained) {
  const auto taken = [&](const std::string& name) {
    return std::ranges::any_of(contestants,
                               [&](const v1::Contestant& other) { return other.title() == name; });
  };
  std::string own = title;
  for (int number = 2; taken(own); ++number) own = fmt::format("{} {}", title, number);
  contestants.push_back(LearnedContestant(own, trained.optimizer, trained.theta));
  thetas[contestants.back().theta_digest()] = trained.theta;
}

absl::Status RunEvaluation(const v1::Suite& suite, Entrants entrants,
                           const EvaluationOptions& options, const std::string& folder,
                           const std::vector<std::string>& inputs) {
  // A report's folder is the program's own: the next report takes the last one's place.
  const OutputRules rules{.force = true, .inputs = inputs};
  if (absl::Status may = CheckEvaluationReport(folder, rules); !may.ok()) return may;
  auto plugins = PluginTable::Load(options.plugins);
  if (!plugins.ok()) return plugins.status();
  const auto store = OpenStore(options);
  if (!store.ok()) return store.status();
  EvaluationPlan plan(suite, std::move(entrants.contestants));
  DataStore data(options.data_dir, CacheFolder(), *std::move(plugins));
  TimeLeft time_left(suite.name(), std::cerr);
  const LocalEvaluation how = {.thetas = std::move(entrants.thetas),
                               .threads = options.threads,
                               .store = store->get(),
                               .say = [&](const PlanProgress& progress, double computed) {
                                 time_left.Say(progress, computed);
                               }};
  auto evaluation = EvaluateHere(plan, data, how);
  if (!evaluation.ok()) return evaluation.status();
  evaluation->set_engine_build(SuiteFingerprint(suite, EngineFingerprints(/*device=*/nullptr)));
  return Tell(*evaluation, folder, rules, options.json);
}

int EvaluationExitStatus(const absl::Status& status) {
  if (status.ok()) return 0;
  if (absl::IsInvalidArgument(status)) return 2;
  return absl::IsNotFound(status) ? 4 : 1;
}

}  // namespace paceline
