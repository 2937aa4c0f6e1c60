#include <memory>

#include "CLI/CLI.hpp"
#include "common/config/config.h"
#include "common/footprint/footprint.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/config_source.h"
#include "coordinator/cli/commands/context.h"

namespace paceline {
namespace {

struct CheckOptions {
  ConfigSource source;
  bool print = false;
};

absl::StatusOr<ExitStatus> Check(const Context& context, const CheckOptions& options) {
  const absl::StatusOr<LoadedConfig> loaded = Load(options.source);
  if (!loaded.ok()) return loaded.status();
  if (options.print) {
    context.out() << PrintConfig(loaded->config);
  } else {
    context.out() << options.source.path << " is valid\nmemory: " << FootprintText(loaded->config)
                  << "\n";
  }
  return kExitOk;
}

}  // namespace

void AddCheck(CLI::App& app, Context& context) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command =
      AddCommand(app, context, "check", "All faults of a config, or that it has none",
                 [&context, options] { return Check(context, *options); });
  AddConfigFlags(*command, options->source);
  command->add_flag("--print", options->print, "Print the config with all defaults filled in");
}

}  // namespace paceline
