#include <memory>
#include <optional>

#include "coordinator/cli/commands/answer.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/context.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

struct ReplayOptions {
  std::string job;
  std::optional<int64_t> step;
};

absl::StatusOr<ExitStatus> Replay(const Context& context, const ReplayOptions& options) {
  const auto client = JobClient::Open(context.connection);
  if (!client.ok()) return client.status();
  const auto theta = (*client)->GetTheta(options.job, options.step, /*from_scalars=*/true);
  if (!theta.ok()) return theta.status();
  Answer(context, {{"job", options.job}, {"step", theta->step()}, {"digest", theta->digest()}},
         fmt::format("{}: the stored scalars alone give every theta of {} outer steps again; the "
                     "last one's digest is {}\n",
                     options.job, theta->step(), theta->digest()));
  return kExitOk;
}

}  // namespace

void AddReplay(Command& app, Context& context) {
  auto options = std::make_shared<ReplayOptions>();
  Command& command = AddCommand(
      app, context, "replay",
      "Take all outer steps of a job again from its stored scalars, and compare every theta",
      [&context, options] { return Replay(context, *options); });
  command.AddOption("JOB", options->job, "The job's name").Required();
  command.AddOption("--step", options->step, "Up to this outer step (default: the newest)")
      .TypeName("N");
  AddConnectionFlags(command, context);
  AddJsonFlag(command, context);
}

}  // namespace paceline
