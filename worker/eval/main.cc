// paceline-eval: what `paceline eval` runs. A program of its own, so that `paceline` needs no
// LibTorch.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <thread>

#include "common/base/standard_output.h"
#include "common/command/command.h"
#include "common/config/config.h"
#include "common/program/command_line.h"
#include "nlohmann/json.hpp"
#include "worker/eval/evaluate.h"
#include "worker/eval/report.h"

namespace paceline {
namespace {

enum ExitStatus { kDone = 0, kFailed = 1, kUsage = 2, kNotFound = 4 };

constexpr char kDescription[] =
    "Runs a learned optimizer on unseen initial weights, on unseen widths and at twice its "
    "training\n"
    "length, beside hand-designed optimizers (Muon, AdamW, Adam, momentum, SGD), each tuned.\n"
    "Usage: paceline eval TARGET [OPTIONS]";
constexpr char kFooter[] =
    "Writes report.txt, report.json, curves.csv and curves.svg.\n"
    "`paceline eval` takes a job's name as well, and then --coordinator and the --tls options of "
    "the\n"
    "other commands.\n"
    "Exit status: 0 done (whoever was better); 1 an error; 2 wrong usage, or a file that is not "
    "an\n"
    "exported optimizer; 4 a file is missing.";

struct Flags {
  std::string file;
  EvalOptions options{.threads =
                          static_cast<int>(std::max(1u, std::thread::hardware_concurrency()))};
  std::string config;
  std::string output;
  std::string data_dir = "/usr/share/datasets";
  bool json = false;
};

void AddFlags(Command& app, Flags& flags) {
  EvalOptions& options = flags.options;
  app.AddOption("TARGET", flags.file, "What `paceline export` wrote").Required();
  app.AddOption("--seeds", options.seeds, "Runs per optimizer that the table is made of")
      .Range(2, 1000)
      .ShowDefault();
  app.AddOption("--tuning-seeds", options.tuning.seeds,
                "Other runs, by which each hand-designed optimizer's setting is chosen")
      .Range(1, 1000)
      .ShowDefault();
  app.AddOption(
         "--tuning-settings", options.tuning.settings,
         "Settings of each tried first; then the best one's neighbours, until none is better")
      .Range(1, 10'000)
      .ShowDefault();
  app.AddOption("--length", options.length,
                "Inner steps of the training horizon (default: the config's longest episode)")
      .Range(int64_t{2}, int64_t{10'000'000});
  app.AddOption("--task", options.task, "Which of the config's tasks, counted from 0")
      .Range(0, 63)
      .ShowDefault();
  app.AddOption("--config", flags.config,
                "Take tasks and lengths from this config (default: those it was trained on)")
      .TypeName("CONFIG");
  app.AddOption("--threads", options.threads, "Runs computed at a time")
      .Range(1, 1024)
      .ShowDefault();
  app.AddOption("--output,-o", flags.output,
                "Folder for the plot, curves and tables (default: eval-NAME here)")
      .TypeName("DIR");
  app.AddOption("--data-dir", flags.data_dir, "Folder with the data sets, one folder each")
      .ExistingFolder()
      .ShowDefault();
  app.AddFlag("--json", flags.json, "Print the result as JSON");
  app.Footer(kFooter);
}

int ExitStatusOf(const absl::Status& status) {
  if (status.ok()) return kDone;
  if (absl::IsInvalidArgument(status)) return kUsage;
  return absl::IsNotFound(status) ? kNotFound : kFailed;
}

void Print(const Evaluation& evaluation, const std::string& folder, bool json) {
  if (json) {
    std::cout << ReportJson(evaluation).dump(2) << "\n";
    return;
  }
  std::cout << ReportText(evaluation) << "\nplot    " << folder << "/curves.svg\ncurves  " << folder
            << "/curves.csv\ntable   " << folder << "/report.txt, report.json\n";
}

absl::Status Run(const Flags& flags) {
  auto trained = ReadTrainedOptimizer(flags.file);
  if (!trained.ok()) return trained.status();
  if (!flags.config.empty()) {
    auto config = LoadConfig(flags.config);
    if (!config.ok()) return config.status();
    if (!trained->training) trained->training.emplace();
    trained->training->config = *std::move(config);
    if (trained->training->job.empty()) {
      trained->training->job = std::filesystem::path(flags.file).stem().string();
    }
  }
  const std::string folder = flags.output.empty()
                                 ? "eval-" + std::filesystem::path(flags.file).stem().string()
                                 : flags.output;
  // A report's folder is the program's own: the next report takes the last one's place.
  const OutputRules rules{.force = true, .inputs = {flags.file, flags.config}};
  if (absl::Status may = CheckReport(folder, rules); !may.ok()) return may;
  DataStore data(flags.data_dir);
  const auto evaluation = Evaluate(*trained, flags.options, data, [](const std::string& what) {
    std::cerr << "evaluating: " << what << std::endl;
  });
  if (!evaluation.ok()) return evaluation.status();
  if (absl::Status written = WriteReport(*evaluation, folder, rules); !written.ok()) return written;
  Print(*evaluation, folder, flags.json);
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  Flags flags;
  Command app(kDescription, "paceline-eval");
  AddFlags(app, flags);
  if (const auto ended = ParseProgram(app, argc, argv)) return *ended;
  const absl::Status status = Run(flags);
  if (!status.ok()) std::cerr << "paceline-eval: " << status.message() << "\n";
  return ExitStatusOf(status);
}

}  // namespace
}  // namespace paceline

int main(int argc, char** argv) {
  return paceline::CloseStandardOutput("paceline-eval", paceline::Main(argc, argv));
}
