#include <memory>

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

void AddWatch(Command& app, Context& context) {
  auto options = std::make_shared<WatchOptions>();
  Command& command = AddCommand(app, context, "watch", "Follow a job's progress until it ends",
                                [&context, options] { return Watch(context, *options); });
  command.AddOption("JOB", options->job, "The job's name").Required();
  command.AddOption("--after-step", options->after_step, "Leave out the outer steps up to this one")
      .TypeName("N")
      .NotNegative();
  AddConnectionFlags(command, context);
  command.AddFlag("--json", context.json, "Print a JSON object per line and message");
}

}  // namespace paceline
