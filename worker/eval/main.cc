// paceline-eval: what `paceline eval` runs. A program of its own, so that `paceline` needs no
// LibTorch.
#include <filesystem>
#include <iostream>

#include "common/base/standard_output.h"
#include "common/config/config.h"
#include "common/program/command_line.h"
#include "common/suite/own_suite.h"
#include "worker/eval/evaluation_run.h"

namespace paceline {
namespace {

constexpr char kDescription[] =
    "Measures a learned optimizer on what it was trained on: unseen initial weights, unseen widths "
    "and\n"
    "twice the training length, beside all hand-designed optimizers, each at settings that are "
    "usual\n"
    "and at the best of many.\n"
    "Usage: paceline eval TARGET [OPTIONS]";
constexpr char kFooter[] =
    "Writes a report: report.html, tables and plots. `paceline evaluate` does the same on the "
    "tasks "
    "of "
    "a\n"
    "suite. `paceline eval` takes a job's name as well, and then --coordinator and the --tls "
    "options "
    "of\n"
    "the other commands.\n"
    "Exit status: 0 done (whoever was better); 1 an error; 2 wrong usage, or a file that is not "
    "an\n"
    "exported optimizer; 4 a file is missing.";

struct Flags {
  std::string file, config;
  OwnSuiteOptions suite;
  EvaluationOptions options;
};

void AddFlags(Command& app, Flags& flags) {
  app.AddOption("TARGET", flags.file, "What `paceline export` wrote").Required();
  app.AddOption("--seeds", flags.suite.seeds,
                "Trainings of each optimizer that the table is made of")
      .Range(2u, 1000u)
      .ShowDefault();
  app.AddOption("--trials", flags.suite.trials,
                "Random settings of each hand-designed optimizer that are tried; 0: its usual ones "
                "alone")
      .Range(0u, 100'000u)
      .ShowDefault();
  app.AddOption("--tuning-seeds", flags.suite.tuning_seeds,
                "Other trainings, by which the settings are compared")
      .Range(1u, 1000u)
      .ShowDefault();
  app.AddOption("--length", flags.suite.length,
                "Inner steps of the training horizon (default: the config's longest episode)")
      .Range(int64_t{2}, int64_t{10'000'000});
  app.AddOption("--task", flags.suite.task, "Which of the config's tasks, counted from 0")
      .Range(0u, 63u)
      .ShowDefault();
  app.AddOption("--config", flags.config,
                "Take tasks and lengths from this config (default: those it was trained on)")
      .TypeName("CONFIG");
  AddEvaluationFlags(app, flags.options);
  app.Footer(kFooter);
}

// The config whose tasks it is evaluated on.
absl::StatusOr<v1::JobConfig> ConfigOf(const TrainedOptimizer& trained, const std::string& path) {
  if (!path.empty()) return LoadConfig(path);
  if (trained.training) return trained.training->config;
  return absl::InvalidArgumentError(
      "it does not say on what it was trained, as what was imported does not; say with --config "
      "CONFIG which job's tasks and lengths it is to be evaluated on");
}

absl::Status Run(const Flags& flags) {
  const auto trained = ReadTrainedOptimizer(flags.file);
  if (!trained.ok()) return trained.status();
  const auto config = ConfigOf(*trained, flags.config);
  if (!config.ok()) return config.status();
  const auto suite = OwnSuite(*config, flags.suite);
  if (!suite.ok()) return suite.status();
  const std::string stem = std::filesystem::path(flags.file).stem();
  Entrants entrants;
  entrants.Add(stem, *trained);
  return RunEvaluation(*suite, std::move(entrants), flags.options,
                       flags.options.output.empty() ? "eval-" + stem : flags.options.output,
                       {flags.file, flags.config});
}

int Main(int argc, char** argv) {
  Flags flags;
  Command app(kDescription, "paceline-eval");
  AddFlags(app, flags);
  if (const auto ended = ParseProgram(app, argc, argv)) return *ended;
  const absl::Status status = Run(flags);
  if (!status.ok()) std::cerr << "paceline-eval: " << status.message() << "\n";
  return EvaluationExitStatus(status);
}

}  // namespace
}  // namespace paceline

int main(int argc, char** argv) {
  return paceline::CloseStandardOutput("paceline-eval", paceline::Main(argc, argv));
}
