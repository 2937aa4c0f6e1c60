#include <memory>

#include "common/text/evaluation_state.h"
#include "common/text/printable.h"
#include "common/text/table.h"
#include "coordinator/cli/commands/answer.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/context.h"
#include "coordinator/cli/commands/follow_evaluation.h"
#include "coordinator/cli/view/evaluation_view.h"
#include "coordinator/cli/view/text.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

struct EvaluationsOptions {
  std::string name;
  bool follow = false, cancel = false, remove = false;
  std::string output;
};

std::vector<std::string> Row(const v1::EvaluationSummary& summary) {
  return {summary.evaluation(),
          StateWord(summary.state()),
          fmt::format("{}/{}", summary.units_done(), summary.units_known()),
          summary.has_seconds_left() ? DurationText(summary.seconds_left()) : "-",
          TimeText(summary.submitted_unix_ms()),
          Printable(summary.message())};
}

absl::StatusOr<ExitStatus> List(const Context& context, EvaluationClient& client) {
  const auto reply = client.List();
  if (!reply.ok()) return reply.status();
  auto json = nlohmann::ordered_json::array();
  std::vector<std::vector<std::string>> rows;
  for (const v1::EvaluationSummary& summary : reply->evaluations()) {
    json.push_back(SummaryJson(summary));
    rows.push_back(Row(summary));
  }
  Answer(context, json,
         rows.empty()
             ? "no evaluations; hand one in with: paceline evaluate SUITE --coordinator ADDR\n"
             : TableText({"EVALUATION", "STATE", "UNITS", "LEFT", "SUBMITTED", "NOTE"}, rows));
  return kExitOk;
}

absl::StatusOr<ExitStatus> Show(const Context& context, EvaluationClient& client,
                                const std::string& name) {
  const auto detail = client.Show(name);
  if (!detail.ok()) return detail.status();
  Answer(context, DetailJson(*detail), DetailText(*detail));
  return kExitOk;
}

absl::StatusOr<ExitStatus> Cancel(const Context& context, EvaluationClient& client,
                                  const std::string& name) {
  const auto summary = client.Cancel(name);
  if (!summary.ok()) return summary.status();
  Answer(context, SummaryJson(*summary), fmt::format("{} is cancelled\n", name));
  return kExitOk;
}

absl::StatusOr<ExitStatus> Delete(const Context& context, EvaluationClient& client,
                                  const std::string& name) {
  if (absl::Status deleted = client.Delete(name); !deleted.ok()) return deleted;
  Answer(context, {{"evaluation", name}, {"deleted", true}}, fmt::format("{} is deleted\n", name));
  return kExitOk;
}

absl::StatusOr<ExitStatus> Follow(const Context& context, EvaluationClient& client,
                                  const EvaluationsOptions& options) {
  // The watcher waits patiently for a coordinator that is away; a wrong address or name shows here.
  if (const auto detail = client.Show(options.name); !detail.ok()) return detail.status();
  return FollowEvaluation(context, client, options.name, options.output);
}

absl::StatusOr<ExitStatus> Evaluations(const Context& context, const EvaluationsOptions& options) {
  const int actions = int{options.follow} + int{options.cancel} + int{options.remove};
  if (actions > 1 || (actions == 1 && options.name.empty())) {
    return absl::InvalidArgumentError(
        "--follow, --cancel and --delete each want a NAME, and go one at a time");
  }
  const auto client = EvaluationClient::Open(context.connection);
  if (!client.ok()) return client.status();
  if (options.name.empty()) return List(context, **client);
  if (options.follow) return Follow(context, **client, options);
  if (options.cancel) return Cancel(context, **client, options.name);
  if (options.remove) return Delete(context, **client, options.name);
  return Show(context, **client, options.name);
}

}  // namespace

void AddEvaluations(Command& app, Context& context) {
  auto options = std::make_shared<EvaluationsOptions>();
  Command& command = AddCommand(app, context, "evaluations",
                                "All evaluations of the coordinator, or what is known of one",
                                [&context, options] { return Evaluations(context, *options); });
  command.AddOption("NAME", options->name, "The evaluation's name");
  command.AddFlag("--follow", options->follow, "Follow it to its end and fetch what comes of it");
  command.AddFlag("--cancel", options->cancel, "End it for good; what is computed stays known");
  command.AddFlag("--delete", options->remove, "Forget one that has ended");
  command
      .AddOption("--output,-o", options->output,
                 "Of --follow: the folder for what comes of it (default: evaluation-NAME here)")
      .TypeName("DIR");
  AddConnectionFlags(command, context);
  AddJsonFlag(command, context);
}

}  // namespace paceline
