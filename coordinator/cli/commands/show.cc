#include <memory>

#include "common/text/held_out.h"
#include "common/text/job_state.h"
#include "common/text/printable.h"
#include "coordinator/cli/commands/answer.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/context.h"
#include "coordinator/cli/view/job_json.h"
#include "coordinator/cli/view/text.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

std::string DetailText(const v1::JobDetail& detail, const v1::GetThetaReply& theta) {
  const v1::JobSummary& job = detail.summary();
  std::string text =
      fmt::format("job          {}\nstate        {}\n", job.job(), StateWord(job.state()));
  if (!job.message().empty()) text += fmt::format("note         {}\n", Printable(job.message()));
  if (!job.warning().empty()) text += fmt::format("warning      {}\n", Printable(job.warning()));
  text += fmt::format("outer steps  {} of {}\n", job.step(), job.steps());
  if (job.has_recent_loss()) {
    text +=
        fmt::format("outer loss   {:.4f} (mean of {})\n", job.recent_loss(), job.recent_steps());
  }
  if (job.has_held_out()) {
    text += fmt::format("held out     {}\n", HeldOutText(job.held_out()));
    text += fmt::format("best         {}\n", HeldOutText(job.best_held_out()));
  }
  text += fmt::format("inner steps  {}\n", detail.inner_steps());
  text += fmt::format("diverged     {} particles\n", detail.diverged_particles());
  for (const v1::RefusalCount& refused : detail.refusals()) {
    text += fmt::format("refused      {} answers: {}\n", refused.count(), refused.refusal());
  }
  if (detail.audits() > 0) {
    text += fmt::format("audits       {}, of which {} differed\n", detail.audits(),
                        detail.audit_mismatches());
  }
  text += fmt::format("parameters   {}\n", detail.parameters());
  text += fmt::format("theta        step {}, digest {}\n", theta.step(), theta.digest());
  text += fmt::format("fingerprint  {}\n", Printable(detail.fingerprint()));
  text += fmt::format("submitted    {}\n", TimeText(job.submitted_unix_ms()));
  text += fmt::format("started      {}\n", TimeText(job.started_unix_ms()));
  text += fmt::format("ended        {}\n", TimeText(job.ended_unix_ms()));
  text += fmt::format("folder       {} (on the coordinator's machine)\n", detail.folder());
  for (const std::string& event : detail.events()) {
    text += fmt::format("event        {}\n", Printable(event));
  }
  return text;
}

absl::StatusOr<ExitStatus> Show(const Context& context, const std::string& job) {
  const auto client = JobClient::Open(context.connection);
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::JobDetail> detail = (*client)->Show(job);
  if (!detail.ok()) return detail.status();
  // What `paceline hash` prints.
  const auto theta = (*client)->GetTheta(job, std::nullopt);
  if (!theta.ok()) return theta.status();
  nlohmann::ordered_json json = DetailJson(*detail);
  json["theta"] = {{"step", theta->step()}, {"digest", theta->digest()}};
  Answer(context, json, DetailText(*detail, *theta) + "\nconfig:\n" + detail->source_yaml() + "\n");
  return kExitOk;
}

}  // namespace

void AddShow(Command& app, Context& context) {
  auto job = std::make_shared<std::string>();
  Command& command =
      AddCommand(app, context, "show", "What is known of one job, with its config and its events",
                 [&context, job] { return Show(context, *job); });
  command.AddOption("JOB", *job, "The job's name").Required();
  AddConnectionFlags(command, context);
  AddJsonFlag(command, context);
}

}  // namespace paceline
