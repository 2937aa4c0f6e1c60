// paceline-bench-coordinator: the sections of `paceline bench` that need the coordinator's code or
// processes. paceline-bench runs it; it prints one JSON object a line.
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

#include "common/base/standard_output.h"
#include "common/command/command.h"
#include "common/program/command_line.h"
#include "coordinator/bench/sections.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

enum ExitStatus { kDone = 0, kFailed = 1, kUsage = 2 };

struct Flags {
  std::string section;
  SystemOptions system;
};

std::string OwnFolder() {
  std::error_code error;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "." : path.parent_path().string();
}

absl::Status Run(const Flags& flags) {
  const TakeRow take = [](const nlohmann::ordered_json& row) {
    std::cout << row.dump() << std::endl;
  };
  if (flags.section == "rpc") return RunRpcSection(take);
  if (flags.section == "answers") return RunAnswersSection(take);
  if (flags.section == "cluster") return RunClusterSection(flags.system.program_folder, take);
  if (flags.section == "store") return RunStoreSection(take);
  return RunSystemSection(flags.system, take);
}

int Main(int argc, char** argv) {
  Flags flags;
  Command app("Sections of `paceline bench` around the coordinator.", "paceline-bench-coordinator");
  app.AddOption("--section", flags.section, "rpc, answers, cluster, store or system")
      .Required()
      .OneOf({"rpc", "answers", "cluster", "store", "system"});
  app.AddOption("--threads", flags.system.threads, "Of the worker").Range(1, 1024).ShowDefault();
  app.AddOption("--particles", flags.system.particles, "A multiple of 8").ShowDefault();
  app.AddOption("--steps", flags.system.steps, "Outer steps").Range(20u, 1000000u).ShowDefault();
  if (const auto ended = ParseProgram(app, argc, argv)) return *ended;
  std::signal(SIGPIPE, SIG_IGN);
  setenv("GRPC_VERBOSITY", "NONE", 0);
  flags.system.program_folder = OwnFolder();
  const absl::Status status = Run(flags);
  if (!status.ok()) std::cerr << "paceline-bench-coordinator: " << status.message() << "\n";
  return status.ok() ? kDone : kFailed;
}

}  // namespace
}  // namespace paceline

int main(int argc, char** argv) {
  return paceline::CloseStandardOutput("paceline-bench-coordinator", paceline::Main(argc, argv));
}
