#include <memory>

#include "common/text/answer_ages.h"
#include "common/text/held_out.h"
#include "common/text/printable.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/context.h"
#include "coordinator/cli/view/job_json.h"
#include "coordinator/cli/view/text.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

struct LogsOptions {
  std::string job;
  int64_t after_step = 0;
};

std::string EntryText(const v1::LogEntry& entry) {
  const std::string time = TimeText(entry.unix_ms());
  if (entry.has_event()) return fmt::format("{}  {}", time, Printable(entry.event()));
  if (entry.has_held_out()) return fmt::format("{}  {}", time, HeldOutText(entry.held_out()));
  const v1::OuterStepRecord& record = entry.record();
  const std::string loss = record.has_mean_loss() ? fmt::format("{:.4f}", record.mean_loss()) : "-";
  std::string text = fmt::format("{}  step {}: outer loss {}, gradient {:.4g}, {} inner steps",
                                 time, record.step(), loss, record.gradient_norm(),
                                 CountText(static_cast<double>(record.inner_steps())));
  if (record.replayed_inner_steps() > 0) {
    text += fmt::format(", {} run again",
                        CountText(static_cast<double>(record.replayed_inner_steps())));
  }
  if (const std::string ages = AnswerAgesText(record); !ages.empty()) text += ", " + ages;
  if (record.diverged() > 0) text += fmt::format(", {} diverged", record.diverged());
  return text;
}

absl::StatusOr<ExitStatus> Logs(const Context& context, const LogsOptions& options) {
  const auto client = JobClient::Open(context.connection);
  if (!client.ok()) return client.status();
  const absl::Status status =
      (*client)->Logs(options.job, options.after_step, [&](const v1::LogEntry& entry) {
        context.out() << (context.json ? LogEntryJson(entry).dump() : EntryText(entry)) << "\n";
      });
  if (!status.ok()) return status;
  return kExitOk;
}

}  // namespace

void AddLogs(Command& app, Context& context) {
  auto options = std::make_shared<LogsOptions>();
  Command& command =
      AddCommand(app, context, "logs", "What happened in a job so far: its events and outer steps",
                 [&context, options] { return Logs(context, *options); });
  command.AddOption("JOB", options->job, "The job's name").Required();
  command.AddOption("--after-step", options->after_step, "Leave out the outer steps up to this one")
      .TypeName("N")
      .NotNegative();
  AddConnectionFlags(command, context);
  command.AddFlag("--json", context.json, "Print a JSON object per line and entry");
}

}  // namespace paceline
