// paceline-estimators: what `paceline estimators` runs. A program of its own, so that `paceline`
// needs no LibTorch.
#include <algorithm>
#include <iostream>
#include <thread>

#include "common/base/file.h"
#include "common/base/output.h"
#include "common/base/standard_output.h"
#include "common/checkpoint/trained_optimizer.h"
#include "common/command/command.h"
#include "common/program/command_line.h"
#include "nlohmann/json.hpp"
#include "worker/estimators/report.h"
#include "worker/estimators/study.h"

namespace paceline {
namespace {

enum ExitStatus { kDone = 0, kFailed = 1, kUsage = 2, kNotFound = 4 };

constexpr char kDescription[] =
    "Measures how good each gradient estimator is on a job, at its first theta or at an exported "
    "one:\n"
    "bias, variance, variance times inner steps spent, signal to noise and direction, over a grid "
    "of\n"
    "sigma, windows and particles, beside the pathwise gradient; to choose these for the job.\n"
    "Usage: paceline estimators CONFIG [OPTIONS]";
constexpr char kFooter[] =
    "BIAS is the distance of the mean estimate from the gradient of the smoothed objective, which "
    "a\n"
    "longer run finds, in parts of that gradient's length ('< 5 %': nothing seen, and it would "
    "have\n"
    "been from there on). VARIANCE is the trace of one estimate's covariance, STEPS its inner "
    "steps.\n"
    "Pathwise gradients are compared at the smallest sigma. Seeds come from the config: the same\n"
    "table every time.\n"
    "Exit status: 0 done; 1 an error; 2 wrong usage or a wrong config; 4 a file is missing.";

struct Flags {
  std::string config, theta, svg;
  std::vector<std::string> overrides;
  StudyOptions options;
  std::string data_dir = "/usr/share/datasets";
  bool json = false;
  bool force = false;
};

void AddGridFlags(Command& app, StudyOptions& options) {
  app.AddOption("--estimators", options.estimators,
                "full_es, truncated_es, pes, nres, ..., pathwise (default: all)")
      .Delimiter(',');
  app.AddOption("--sigma", options.sigmas, "Default: the config's, a third and three times of it")
      .Delimiter(',')
      .Range(1e-6, 100.0);
  app.AddOption("--window", options.windows, "Default: the config's, and four times of it")
      .Delimiter(',')
      .Range(int64_t{1}, int64_t{1'000'000});
  app.AddOption("--particles", options.particles, "Antithetic pairs (default: the config's)")
      .Delimiter(',')
      .Range(int64_t{1}, int64_t{1'048'576});
  app.AddOption("--length", options.lengths,
                "Episode lengths of the plot (default: halves of the config's)")
      .Delimiter(',')
      .Range(int64_t{1}, int64_t{10'000'000});
}

void AddFlags(Command& app, Flags& flags) {
  app.AddOption("CONFIG", flags.config, "A job's YAML file").Required();
  app.AddOption("--set", flags.overrides, "KEY=VALUE: as of paceline submit (may be repeated)")
      .Repeatable();
  app.AddOption("--theta", flags.theta, "What `paceline export` wrote (default: the first theta)")
      .TypeName("FILE");
  AddGridFlags(app, flags.options);
  app.AddOption("--budget", flags.options.budget, "Inner steps of a row, of all its samples")
      .Range(int64_t{100}, int64_t{1'000'000'000'000})
      .ShowDefault();
  app.AddOption("--svg", flags.svg, "Write the plot there (default: none)").TypeName("FILE");
  app.AddFlag("--force", flags.force, "Replace the plot that is there");
  app.AddOption("--threads", flags.options.threads, "Samples computed at a time")
      .Range(1, 1024)
      .ShowDefault();
  app.AddOption("--data-dir", flags.data_dir, "Folder with the data sets, one folder each")
      .ExistingFolder()
      .ShowDefault();
  app.AddFlag("--json", flags.json, "Print an object instead of the table");
  app.Footer(kFooter);
}

int ExitStatusOf(const absl::Status& status) {
  if (status.ok()) return kDone;
  if (absl::IsInvalidArgument(status)) return kUsage;
  return absl::IsNotFound(status) ? kNotFound : kFailed;
}

absl::StatusOr<std::vector<float>> ThetaOf(const std::string& path) {
  if (path.empty()) return std::vector<float>();
  auto trained = ReadTrainedOptimizer(path);
  if (!trained.ok()) return trained.status();
  return std::move(trained->theta);
}

absl::Status Run(const Flags& flags) {
  const auto yaml = ReadFile(flags.config);
  if (!yaml.ok()) return yaml.status();
  auto theta = ThetaOf(flags.theta);
  if (!theta.ok()) return theta.status();
  const OutputRules rules{.force = flags.force, .inputs = {flags.config, flags.theta}};
  if (!flags.svg.empty()) {
    if (absl::Status may = CheckOutput(flags.svg, rules); !may.ok()) return may;
  }
  DataStore data(flags.data_dir);
  const auto study =
      RunStudy(*yaml, flags.config, flags.overrides, *std::move(theta), flags.options, data,
               [](const std::string& what) { std::cerr << "measuring: " << what << std::endl; });
  if (!study.ok()) return study.status();
  std::cout << (flags.json ? StudyJson(*study).dump(2) + "\n" : StudyText(*study)) << std::flush;
  return flags.svg.empty() ? absl::OkStatus() : WriteOutput(flags.svg, StudySvg(*study), rules);
}

int Main(int argc, char** argv) {
  Flags flags;
  Command app(kDescription, "paceline-estimators");
  flags.options.threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  AddFlags(app, flags);
  if (const auto ended = ParseProgram(app, argc, argv)) return *ended;
  const absl::Status status = Run(flags);
  if (!status.ok()) std::cerr << "paceline-estimators: " << status.message() << "\n";
  return ExitStatusOf(status);
}

}  // namespace
}  // namespace paceline

int main(int argc, char** argv) {
  return paceline::CloseStandardOutput("paceline-estimators", paceline::Main(argc, argv));
}
