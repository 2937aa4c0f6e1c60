#include <memory>

#include "CLI/CLI.hpp"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/context.h"
#include "coordinator/cli/commands/follow.h"
#include "coordinator/cli/local/interrupt.h"

namespace paceline {
namespace {

struct WatchOptions {
  std::string job;
  int64_t after_step = 0;
};

absl::StatusOr<ExitStatus> Watch(const Context& context, const WatchOptions& options) {
  const auto client = JobClient::Open(context.connection);
  if (!client.ok()) return client.status();
  // The watcher waits patiently for a coordinator that is away; a wrong address or job shows here.
  if (const auto detail = (*client)->Show(options.job); !detail.ok()) return detail.status();
  const InterruptScope interrupts;
  const auto watcher = (*client)->Watch(options.job, options.after_step);
  const auto state = Follow(context, *watcher, []() -> absl::StatusOr<std::string> {
    if (InterruptScope::count() == 0) return "";
    return absl::CancelledError("stopped watching; the job goes on");
  });
  if (!state.ok()) return state.status();
  return ExitStatusOf(*state);
}

}  // namespace

void AddWatch(CLI::App& app, Context& context) {
  auto options = std::make_shared<WatchOptions>();
  CLI::App* command = AddCommand(app, context, "watch", "Follow a job's progress until it ends",
                                 [&context, options] { return Watch(context, *options); });
  command->add_option("JOB", options->job, "The job's name")->required();
  command
      ->add_option("--after-step", options->after_step, "Leave out the outer steps up to this one")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber);
  AddConnectionFlags(*command, context);
  command->add_flag("--json", context.json, "Print a JSON object per line and message");
}

}  // namespace paceline
