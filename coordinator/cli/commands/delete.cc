#include <memory>

#include "coordinator/cli/commands/answer.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/context.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

absl::StatusOr<ExitStatus> Delete(const Context& context, const std::string& job) {
  const auto client = JobClient::Open(context.connection);
  if (!client.ok()) return client.status();
  if (absl::Status deleted = (*client)->Delete(job); !deleted.ok()) return deleted;
  Answer(context, {{"job", job}, {"deleted", true}}, fmt::format("{} is deleted\n", job));
  return kExitOk;
}

}  // namespace

void AddDelete(Command& app, Context& context) {
  auto job = std::make_shared<std::string>();
  Command& command = AddCommand(
      app, context, "delete",
      "Forget a job that has ended: its theta, log, checkpoints and folder are gone for good",
      [&context, job] { return Delete(context, *job); });
  command.AddOption("JOB", *job, "The job's name").Required();
  AddConnectionFlags(command, context);
  AddJsonFlag(command, context);
}

}  // namespace paceline
