#include <memory>

#include "common/config/config.h"
#include "common/footprint/footprint.h"
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
};

absl::StatusOr<ExitStatus> Check(const Context& context, const CheckOptions& options) {
  const absl::StatusOr<LoadedConfig> loaded = Load(options.source);
  if (!loaded.ok()) return loaded.status();
  const std::string& path = options.source.path;
  const std::string memory = FootprintText(loaded->config);
  nlohmann::ordered_json json = {{"config", path}, {"valid", true}, {"memory", memory}};
  std::string text = fmt::format("{} is valid\nmemory: {}\n", path, memory);
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
  command.AddFlag("--print", options->print, "Print the config with all defaults filled in");
}

}  // namespace paceline
