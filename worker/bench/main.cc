// paceline-bench: what `paceline bench` runs. It builds without gRPC.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <thread>

#include "common/base/file.h"
#include "common/base/standard_output.h"
#include "common/command/command.h"
#include "common/footprint/machine_memory.h"
#include "common/program/command_line.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "worker/bench/cases.h"
#include "worker/bench/engine_bench.h"
#include "worker/bench/machine.h"
#include "worker/bench/numbers_bench.h"
#include "worker/bench/report.h"
#include "worker/bench/service_sections.h"
#include "worker/bench/task_bench.h"
#include "worker/bench/update_bench.h"

namespace paceline {
namespace {

enum ExitStatus { kDone = 0, kFailed = 1, kUsage = 2, kNotFound = 4 };

constexpr char kDescription[] =
    "Measures this build on this machine: inner steps a second of tasks x optimizers x particles,\n"
    "beside the machine's peak of fused multiply-adds, measured in the same run; and the parts of\n"
    "an outer step around them.\n"
    "Usage: paceline bench [OPTIONS]";
constexpr char kFooter[] =
    "Sections: engine; tasks (a task of every family, beside plain LibTorch); updates (one of\n"
    "every optimizer, hand-designed ones too, beside a copy in its memory); noise (normals from\n"
    "seeds); aggregation (the gradient); rpc (round trip over loopback); answers (what the\n"
    "coordinator spends on one, with 20, 400 and 1,000 workers); cluster (1,000 simulated workers\n"
    "over loopback, 200 with a theta of 9.3 MB); store (commit of an outer step);\n"
    "system (outer steps through coordinator, gRPC and a worker process, beside the engine "
    "alone).\n"
    "With no --task and no --optimizer: the cases of README's table, and all sections. OF PEAK is\n"
    "over the arithmetic that the algorithm needs (worker/bench/flops.h). --against prints the\n"
    "rows that are slower by more than 5 %.\n"
    "Exit status: 0 done, whatever was slower; 1 an error; 2 wrong usage; 4 a file is missing.";
const std::vector<std::string> kSections = {"engine", "tasks",   "updates", "noise", "aggregation",
                                            "rpc",    "answers", "cluster", "store", "system"};

struct Flags {
  CaseOptions cases{.threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()))};
  EngineBenchOptions engine;
  std::vector<std::string> sections;
  std::string memory;
  std::string against;
  bool json = false;
};

void AddFlags(Command& app, Flags& flags) {
  CaseOptions& cases = flags.cases;
  app.AddOption("--task", cases.tasks,
                "mlp:64-32-10, mlp:784-128-128-10:batch=64:tanh, quadratic:100 (may be repeated)")
      .Repeatable();
  app.AddOption("--optimizer", cases.optimizers,
                "A kind of the config's schema: adafac_mlp, mlp_lopt:hidden=16 (may be repeated)")
      .Repeatable();
  app.AddOption("--config", cases.config_path,
                "A job's YAML file: its tasks, and what is not given here")
      .TypeName("FILE");
  app.AddOption("--particles", cases.particles, "Antithetic pairs (may be repeated, or 16,256)")
      .Delimiter(',')
      .Range(1u, 1048576u);
  app.AddOption("--window", cases.window, "Inner steps between two messages (default: 50)")
      .Range(1u, 1000000u);
  app.AddOption("--engine", cases.engine, "auto, fused, torch or reference (default: auto)")
      .OneOf({"auto", "fused", "torch", "reference"});
  app.AddOption("--device", flags.engine.device_name,
                "What computes: cpu, cuda (the first GPU) or cuda:N")
      .ShowDefault();
  app.AddOption("--threads", cases.threads, "Blocks computed at a time")
      .Range(1, 1024)
      .ShowDefault();
  app.AddOption("--seconds", flags.engine.seconds, "Per case of the engine")
      .Range(0.01, 3600.0)
      .ShowDefault();
  app.AddOption("--section", flags.sections,
                "engine, tasks, updates, noise, aggregation, rpc, answers, cluster, store, system "
                "(may be repeated, or noise,rpc)")
      .Delimiter(',')
      .OneOf(kSections);
  app.AddOption("--memory", flags.memory, "What may be used (default: what the machine has left)")
      .Check(CheckMemoryFlag)
      .TypeName("SIZE");
  app.AddOption("--data-dir", flags.engine.data_dir, "Folder with the data sets, one folder each")
      .ExistingFolder()
      .ShowDefault();
  app.AddOption("--against", flags.against, "What --json printed for another build")
      .TypeName("FILE");
  app.AddFlag("--json", flags.json, "Print an object a line instead of tables");
  app.Footer(kFooter);
}

// Collects rows; with --json each is printed as soon as it is there.
class Output {
 public:
  Output(bool json, BenchRows other) : json_(json), other_(std::move(other)) {}

  void Take(nlohmann::ordered_json row) {
    BenchRows one = {std::move(row)};
    AddRatios(other_, one);
    if (json_) std::cout << one[0].dump() << std::endl;
    rows_.push_back(std::move(one[0]));
  }
  void Finish(const std::string& machine, bool compared) const {
    if (!json_) std::cout << TableText(machine, rows_);
    if (!compared) return;
    const std::string slower = RegressionText(other_, rows_);
    (json_ ? std::cerr : std::cout) << "\n" << (slower.empty() ? "nothing is slower\n" : slower);
  }
  const BenchRows& rows() const { return rows_; }

 private:
  const bool json_;
  const BenchRows other_;
  BenchRows rows_;
};

std::string OwnFolder() {
  std::error_code error;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "." : path.parent_path().string();
}

class Bench {
 public:
  Bench(const Flags& flags, Output& output) : flags_(flags), output_(output) {}

  absl::Status Run(const std::vector<BenchCase>& cases) {
    for (const std::string& section : kSections) {
      if (std::ranges::find(flags_.sections, section) == flags_.sections.end()) continue;
      if (absl::Status status = RunSection(section, cases); !status.ok()) return status;
    }
    return absl::OkStatus();
  }
  std::string MachineText() const {
    std::string text = MachineName();
    if (flags_.engine.device) text += "; " + flags_.engine.device->info().name;
    if (limits_.peak_gflops > 0) {
      text += fmt::format("; {} measured with {}: {:.0f} GFLOP/s, {:.1f} GB/s",
                          flags_.cases.threads == 1 ? "1 thread" : "threads", flags_.cases.threads,
                          limits_.peak_gflops, limits_.bandwidth_gbs);
    }
    return text;
  }

 private:
  absl::Status RunSection(const std::string& section, const std::vector<BenchCase>& cases) {
    std::cerr << "measuring: " << section << std::endl;
    const int threads = flags_.cases.threads;
    if (section == "engine") return RunEngine(cases);
    if (section == "tasks") {
      return RunTaskSection(flags_.engine, limits_,
                            [&](nlohmann::ordered_json row) { output_.Take(std::move(row)); });
    }
    if (section == "updates") {
      return RunUpdateSection({.seconds = flags_.engine.seconds / 20},
                              [&](nlohmann::ordered_json row) { output_.Take(std::move(row)); });
    }
    if (section == "noise") return TakeAll(RunNoiseSection(threads));
    if (section == "aggregation") return TakeAll(RunAggregationSection(threads));
    if (section == "system") return RunSystem();
    return RunService(section);
  }

  absl::Status RunService(const std::string& section,
                          const nlohmann::ordered_json& more = nlohmann::ordered_json::object()) {
    return RunServiceSection(
        OwnFolder() + "/paceline-bench-coordinator",
        {"--section", section, "--threads", fmt::format("{}", flags_.cases.threads)},
        [&](nlohmann::ordered_json row) {
          row.update(more);
          if (const double alone = row.value("engine_inner_steps_per_s", 0.0); alone > 0) {
            row["overhead"] = alone / row.value("inner_steps_per_s", alone) - 1;
          }
          output_.Take(std::move(row));
        });
  }

  // The engine alone on the same case goes just before.
  absl::Status RunSystem() {
    const auto cases = MakeCases({.tasks = {"mlp:64-32-10"},
                                  .optimizers = {"adafac_mlp"},
                                  .particles = {64},
                                  .threads = flags_.cases.threads});
    if (!cases.ok()) return cases.status();
    const auto alone = RunEngineCase(cases->front(), flags_.engine, limits_);
    if (!alone.ok()) return alone.status();
    return RunService("system",
                      {{"engine_inner_steps_per_s", alone->value("inner_steps_per_s", 0.0)}});
  }

  absl::Status TakeAll(const BenchRows& rows) {
    for (const nlohmann::ordered_json& row : rows) output_.Take(row);
    return absl::OkStatus();
  }

  absl::Status RunEngine(const std::vector<BenchCase>& cases) {
    if (!flags_.engine.device) {
      limits_.bandwidth_gbs =
          MeasureBandwidthGbs(flags_.cases.threads, flags_.engine.limit_seconds());
    }
    for (const BenchCase& bench : cases) {
      std::cerr << "  " << bench.task << " " << bench.optimizer << ", "
                << bench.config.estimator().particles() << " particles" << std::endl;
      auto row = RunEngineCase(bench, flags_.engine, limits_);
      if (!row.ok()) return row.status();
      output_.Take(*std::move(row));
    }
    return absl::OkStatus();
  }

  const Flags& flags_;
  Output& output_;
  MachineLimits limits_;
};

absl::StatusOr<BenchRows> ReadRows(const std::string& path) {
  if (path.empty()) return BenchRows();
  const auto text = ReadFile(path);
  if (!text.ok()) return text.status();
  auto rows = ParseRows(*text);
  if (rows.ok()) return rows;
  return absl::InvalidArgumentError(
      fmt::format("{}: {}", path, std::string(rows.status().message())));
}

// Everything that can be wrong is found before anything is measured.
absl::Status Run(Flags flags) {
  const bool chosen = !flags.cases.tasks.empty() || !flags.cases.optimizers.empty() ||
                      !flags.cases.particles.empty() || !flags.cases.config_path.empty();
  if (flags.sections.empty()) {
    flags.sections = chosen ? std::vector<std::string>{"engine"} : kSections;
  }
  auto device = OpenBenchDevice(flags.engine.device_name);
  if (!device.ok()) return device.status();
  flags.engine.device = *std::move(device);
  flags.engine.threads = flags.cases.threads;
  flags.engine.memory = flags.memory.empty() ? FreeMemory(flags.engine.device.get())
                                             : ParseBytes(flags.memory).value_or(0);
  const auto cases = MakeCases(flags.cases);
  if (!cases.ok()) return cases.status();
  for (const BenchCase& bench : *cases) {
    if (absl::Status fits = CheckBenchMemory(bench, flags.engine); !fits.ok()) return fits;
  }
  auto other = ReadRows(flags.against);
  if (!other.ok()) return other.status();
  Output output(flags.json, *std::move(other));
  Bench bench(flags, output);
  if (absl::Status status = bench.Run(*cases); !status.ok()) return status;
  output.Finish(bench.MachineText(), !flags.against.empty());
  return absl::OkStatus();
}

int ExitStatusOf(const absl::Status& status) {
  if (status.ok()) return kDone;
  if (absl::IsInvalidArgument(status)) return kUsage;
  return absl::IsNotFound(status) ? kNotFound : kFailed;
}

int Main(int argc, char** argv) {
  Flags flags;
  Command app(kDescription, "paceline-bench");
  AddFlags(app, flags);
  if (const auto ended = ParseProgram(app, argc, argv)) return *ended;
  const absl::Status status = Run(std::move(flags));
  if (!status.ok()) std::cerr << "paceline-bench: " << status.message() << "\n";
  return ExitStatusOf(status);
}

}  // namespace
}  // namespace paceline

int main(int argc, char** argv) {
  return paceline::CloseStandardOutput("paceline-bench", paceline::Main(argc, argv));
}
