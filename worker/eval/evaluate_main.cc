// paceline-evaluate: what `paceline evaluate` runs. A program of its own, so that `paceline` needs
// no LibTorch.
#include <filesystem>
#include <iostream>

#include "common/base/standard_output.h"
#include "common/program/command_line.h"
#include "common/suite/suite.h"
#include "worker/eval/evaluation_run.h"

namespace paceline {
namespace {

constexpr char kDescription[] =
    "Measures learned optimizers beside hand-designed ones on the tasks of a suite: all from the "
    "same\n"
    "initial weights and on the same batches, the hand-designed ones tuned with the budgets that "
    "the\n"
    "suite names.\n"
    "Usage: paceline evaluate SUITE [OPTIONS]";
constexpr char kFooter[] =
    "Writes a report: report.html, tables and plots (default: into evaluate-SUITE here). What was "
    "computed\n"
    "is kept, so that the same command goes on where it was stopped, and nothing is tuned twice.\n"
    "Exit status: 0 done (whoever was better); 1 an error; 2 wrong usage, a fault in the suite, or "
    "a\n"
    "file that is not an exported optimizer; 4 a file is missing.";

struct Flags {
  std::string suite;
  std::vector<std::string> optimizers, set;
  EvaluationOptions options;
};

void AddFlags(Command& app, Flags& flags) {
  app.AddOption("SUITE", flags.suite,
                "The suite's YAML file, such as configs/suites/suite-quick.yaml")
      .Required();
  app.AddOption("--optimizer", flags.optimizers,
                "What `paceline export` wrote (may be repeated; none: hand-designed ones alone)")
      .Repeatable()
      .TypeName("FILE");
  app.AddOption("--set", flags.set, "A value of the suite, such as seeds=20 (may be repeated)")
      .Repeatable()
      .TypeName("KEY=VALUE");
  AddEvaluationFlags(app, flags.options);
  app.Footer(kFooter);
}

absl::Status Run(const Flags& flags) {
  const auto suite = LoadSuite(flags.suite, flags.set);
  if (!suite.ok()) return suite.status();
  Entrants entrants;
  std::vector<std::string> inputs = flags.optimizers;
  inputs.push_back(flags.suite);
  for (const std::string& path : flags.optimizers) {
    const auto trained = ReadTrainedOptimizer(path);
    if (!trained.ok()) return trained.status();
    entrants.Add(std::filesystem::path(path).stem(), *trained);
  }
  const std::string folder =
      flags.options.output.empty() ? "evaluate-" + suite->name() : flags.options.output;
  return RunEvaluation(*suite, std::move(entrants), flags.options, folder, inputs);
}

int Main(int argc, char** argv) {
  Flags flags;
  Command app(kDescription, "paceline-evaluate");
  AddFlags(app, flags);
  if (const auto ended = ParseProgram(app, argc, argv)) return *ended;
  const absl::Status status = Run(flags);
  if (!status.ok()) std::cerr << "paceline-evaluate: " << status.message() << "\n";
  return EvaluationExitStatus(status);
}

}  // namespace
}  // namespace paceline

int main(int argc, char** argv) {
  return paceline::CloseStandardOutput("paceline-evaluate", paceline::Main(argc, argv));
}
