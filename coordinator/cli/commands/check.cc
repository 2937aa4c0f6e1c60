#include <memory>

#include "common/config/config.h"
#include "common/config/task_shares.h"
#include "common/footprint/footprint.h"
#include "common/footprint/history.h"
#include "common/footprint/replay.h"
#include "coordinator/cli/commands/answer.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/config_source.h"
#include "coordinator/cli/commands/context.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

struct CheckOptions {
  ConfigSource source;
  bool print = false;
  int snapshot_every = 20;  // as a worker's default
};

nlohmann::ordered_json FaultsJson(const std::vector<Fault>& faults) {
  auto json = nlohmann::ordered_json::array();
  for (const Fault& fault : faults) {
    nlohmann::ordered_json one = {{"source", fault.file}, {"message", fault.message}};
    if (fault.line > 0) one.update({{"line", fault.line}, {"column", fault.column}});
    json.push_back(one);
  }
  return json;
}

nlohmann::ordered_json SharesJson(const std::vector<TaskShare>& shares) {
  auto json = nlohmann::ordered_json::array();
  for (const TaskShare& share : shares) {
    json.push_back(
        {{"name", share.name}, {"episodes", share.episodes}, {"computing", share.computing}});
  }
  return json;
}

absl::StatusOr<ExitStatus> Check(const Context& context, const CheckOptions& options) {
  const absl::StatusOr<LoadedConfig> loaded = LoadWithFaults(options.source);
  if (!loaded.ok()) return loaded.status();
  const std::string& path = options.source.path;
  if (!loaded->faults.empty()) {
    if (!context.json) return absl::InvalidArgumentError(FaultsText(loaded->faults));
    Answer(context, {{"config", path}, {"valid", false}, {"faults", FaultsJson(loaded->faults)}},
           "");
    return kExitUsage;
  }
  const std::string memory = FootprintText(loaded->config);
  const std::string coordinator = HistoryText(loaded->config);
  const std::vector<TaskShare> shares = TaskSharesOf(loaded->config);
  const std::string replay = ReplayText(loaded->config, options.snapshot_every);
  nlohmann::ordered_json json = {{"config", path},   {"valid", true},
                                 {"memory", memory}, {"coordinator", coordinator},
                                 {"replay", replay}, {"tasks", SharesJson(shares)}};
  std::string text = fmt::format("{} is valid\nmemory: {}\ncoordinator: {}\nreplay: {}\n", path,
                                 memory, coordinator, replay);
  text += TaskSharesText(shares);
  if (options.print) json["printed"] = text = PrintConfig(loaded->config);
  Answer(context, json, text);
  return kExitOk;
}

}  // namespace

void AddCheck(Command& app, Context& context) {
  auto options = std::make_shared<CheckOptions>();
  Command& command =
      AddCommand(app, context, "check", "All faults of a config, or that it has none",
                 [&context, options] { return Check(context, *options); });
  AddConfigFlags(command, options->source);
  AddJsonFlag(command, context);
  command
      .AddOption("--snapshot-every", options->snapshot_every,
                 "Windows of a block between two snapshots, as workers are told")
      .Range(1, 1'000'000)
      .ShowDefault();
  command.AddFlag("--print", options->print, "Print the config with all defaults filled in");
}

}  // namespace paceline
