#include <memory>

#include "common/base/protocol.h"
#include "common/text/job_state.h"
#include "coordinator/cli/commands/answer.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/context.h"
#include "coordinator/cli/view/job_json.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using Action = absl::StatusOr<v1::JobSummary> (JobClient::*)(const std::string&);

absl::StatusOr<ExitStatus> Act(const Context& context, const std::string& job, Action action) {
  const auto client = JobClient::Open(context.connection);
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::JobSummary> summary = ((**client).*action)(job);
  if (!summary.ok()) return summary.status();
  Answer(context, SummaryJson(*summary),
         fmt::format("{} is {}\n", summary->job(), StateWord(summary->state())));
  return kExitOk;
}

absl::StatusOr<ExitStatus> SetPriority(const Context& context, const std::string& job,
                                       int priority) {
  const auto client = JobClient::Open(context.connection);
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::JobSummary> summary = (*client)->SetPriority(job, priority);
  if (!summary.ok()) return summary.status();
  Answer(context, SummaryJson(*summary),
         fmt::format("{} has priority {}\n", summary->job(), summary->priority()));
  return kExitOk;
}

void AddPriority(Command& app, Context& context) {
  auto job = std::make_shared<std::string>();
  auto priority = std::make_shared<int>(0);
  Command& command =
      AddCommand(app, context, "priority", "Move a job up or down in the queue",
                 [&context, job, priority] { return SetPriority(context, *job, *priority); });
  command.AddOption("JOB", *job, "The job's name").Required();
  command.AddOption("PRIORITY", *priority, "The highest begins first; 0 for most")
      .Required()
      .Range(-kMostPriority, kMostPriority);
  AddConnectionFlags(command, context);
  AddJsonFlag(command, context);
}

void AddAction(Command& app, Context& context, const std::string& name,
               const std::string& description, Action action) {
  auto job = std::make_shared<std::string>();
  Command& command = AddCommand(app, context, name, description,
                                [&context, job, action] { return Act(context, *job, action); });
  command.AddOption("JOB", *job, "The job's name").Required();
  AddConnectionFlags(command, context);
  AddJsonFlag(command, context);
}

}  // namespace

void AddControl(Command& app, Context& context) {
  AddAction(app, context, "pause", "Stop a job after its outer step; it keeps what it has learned",
            &JobClient::Pause);
  AddAction(app, context, "resume", "Let a paused job go on", &JobClient::Resume);
  AddAction(app, context, "cancel", "End a job for good; its checkpoints stay", &JobClient::Cancel);
  AddPriority(app, context);
}

}  // namespace paceline
