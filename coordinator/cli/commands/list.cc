#include "common/text/job_state.h"
#include "common/text/printable.h"
#include "common/text/table.h"
#include "coordinator/cli/commands/answer.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/context.h"
#include "coordinator/cli/view/job_json.h"
#include "coordinator/cli/view/text.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

std::string Warning(const v1::JobSummary& job) {
  return job.warning().empty() ? "" : "! " + job.warning();
}

std::vector<std::string> Row(const v1::JobSummary& job) {
  return {job.job(),
          std::string(StateWord(job.state())),
          fmt::format("{}/{}", job.step(), job.steps()),
          job.has_recent_loss() ? fmt::format("{:.4f}", job.recent_loss()) : "-",
          TimeText(job.submitted_unix_ms()),
          Printable(job.message().empty() ? Warning(job) : job.message())};
}

absl::StatusOr<ExitStatus> List(const Context& context) {
  const auto client = JobClient::Open(context.connection);
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::ListReply> reply = (*client)->List();
  if (!reply.ok()) return reply.status();
  auto json = nlohmann::ordered_json::array();
  std::vector<std::vector<std::string>> rows;
  for (const v1::JobSummary& job : reply->jobs()) {
    json.push_back(SummaryJson(job));
    rows.push_back(Row(job));
  }
  Answer(context, json,
         rows.empty()
             ? "no jobs; hand one in with: paceline submit CONFIG\n"
             : TableText({"JOB", "STATE", "STEP", "OUTER LOSS", "SUBMITTED", "NOTE"}, rows));
  return kExitOk;
}

}  // namespace

void AddList(Command& app, Context& context) {
  Command& command = AddCommand(app, context, "list", "All jobs of the coordinator",
                                [&context] { return List(context); });
  AddConnectionFlags(command, context);
  AddJsonFlag(command, context);
}

}  // namespace paceline
