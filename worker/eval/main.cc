// paceline-eval: what `paceline eval` runs. A program of its own, so that `paceline` needs no
// LibTorch.
#include <iostream>
#include <thread>

#include "CLI/CLI.hpp"
#include "worker/eval/evaluate.h"
#include "worker/eval/flags.h"
#include "worker/eval/report.h"

namespace paceline {
namespace {

enum ExitStatus { kDone = 0, kFailed = 1, kUsage = 2, kNotFound = 4 };

constexpr char kDescription[] =
    "Runs a learned optimizer on unseen initial weights, on unseen widths and at twice its "
    "training\n"
    "length, beside SGD, momentum and Adam, each at its best learning rate.";
constexpr char kFooter[] =
    "Writes report.txt, report.json, curves.csv and curves.svg.\n"
    "Exit status: 0 done (whoever was better); 1 an error; 2 wrong usage, or a file that is not "
    "an\n"
    "exported optimizer; 4 a file is missing.";

int ExitStatusOf(const absl::Status& status) {
  if (status.ok()) return kDone;
  if (absl::IsInvalidArgument(status)) return kUsage;
  return absl::IsNotFound(status) ? kNotFound : kFailed;
}

absl::Status Run(const EvalFlags& flags) {
  const auto trained = ReadTrainedOptimizer(flags.target);
  if (!trained.ok()) return trained.status();
  DataStore data = flags.datasets.empty() ? DataStore() : DataStore(flags.datasets);
  const int machine = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  const EvalOptions options{.seeds = flags.seeds,
                            .tuning_seeds = flags.tuning_seeds,
                            .length = flags.length,
                            .task = flags.task,
                            .threads = flags.threads > 0 ? flags.threads : machine};
  const auto evaluation = Evaluate(*trained, options, data, [](const std::string& what) {
    std::cerr << "evaluating: " << what << std::endl;
  });
  if (!evaluation.ok()) return evaluation.status();
  const std::string folder = OutputFolder(flags);
  if (absl::Status written = WriteReport(*evaluation, folder); !written.ok()) return written;
  if (flags.json) {
    std::cout << ReportJson(*evaluation).dump(2) << "\n";
    return absl::OkStatus();
  }
  std::cout << ReportText(*evaluation) << "\nplot    " << folder << "/curves.svg\ncurves  "
            << folder << "/curves.csv\ntable   " << folder << "/report.txt, report.json\n";
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  EvalFlags flags;
  CLI::App app(kDescription, "paceline-eval");
  app.add_option("FILE", flags.target, "What `paceline export` wrote")->required();
  AddEvalFlags(app, flags);
  app.footer(kFooter);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  const absl::Status status = Run(flags);
  if (!status.ok()) std::cerr << "paceline-eval: " << status.message() << "\n";
  return ExitStatusOf(status);
}

}  // namespace
}  // namespace paceline

int main(int argc, char** argv) { return paceline::Main(argc, argv); }
