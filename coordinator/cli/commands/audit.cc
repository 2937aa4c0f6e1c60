#include <memory>

#include "common/text/printable.h"
#include "coordinator/access/audit_entry.h"
#include "coordinator/access/audit_log.h"
#include "coordinator/access/caller.h"
#include "coordinator/cli/commands/access.h"
#include "coordinator/cli/commands/answer.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/view/text.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using nlohmann::ordered_json;

struct AuditOptions {
  bool verify = false;
  int64_t after = 0;
  std::string data;
};

ordered_json EntryJson(const v1::AuditEntry& entry) {
  return {{"number", entry.number()},     {"unix_ms", entry.unix_ms()},
          {"identity", entry.identity()}, {"role", RoleWord(entry.role())},
          {"method", entry.method()},     {"subject", entry.subject()},
          {"outcome", entry.outcome()},   {"peer", entry.peer()},
          {"hash", entry.hash()}};
}

std::string LineOf(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string EntryText(const v1::AuditEntry& entry) {
  return fmt::format("{}  {}  {} ({}) {} {}: {}", entry.number(), TimeText(entry.unix_ms()),
                     Printable(entry.identity()), RoleWord(entry.role()), Printable(entry.method()),
                     Printable(entry.subject()), Printable(entry.outcome()));
}

absl::StatusOr<ExitStatus> Read(const Context& context, const AuditOptions& options) {
  const auto client = OpenAccess(context, options.data);
  if (!client.ok()) return client.status();
  absl::Status status = (*client)->ReadAudit(options.after, [&](const v1::AuditEntry& entry) {
    context.out() << (context.json ? LineOf(EntryJson(entry)) : EntryText(entry)) << "\n";
  });
  if (!status.ok()) return status;
  return kExitOk;
}

// By what the coordinator sends of each entry.
absl::StatusOr<AuditVerdict> VerifyEntries(const Context& context) {
  const auto client = AccessClient::Open(context.connection);
  if (!client.ok()) return client.status();
  AuditVerdict verdict;
  absl::Status status = (*client)->ReadAudit(0, [&](const v1::AuditEntry& entry) {
    if (!verdict.fault.empty()) return;
    const std::string before = verdict.entries == 0 ? kNoHash : verdict.hash;
    const bool oldest = verdict.entries == 0 && entry.number() > 1;
    const auto made = ReadAuditLine(AuditLine(entry, before));
    if (!oldest && (!made.ok() || made->hash() != entry.hash())) {
      verdict.fault = fmt::format("entry {}, or the one before, was changed", entry.number());
    }
    if (verdict.entries++ == 0) verdict.first = entry.number();
    verdict.hash = entry.hash();
  });
  if (!status.ok()) return status;
  return verdict;
}

absl::StatusOr<ExitStatus> Verify(const Context& context, const AuditOptions& options) {
  const auto verdict = options.data.empty() ? VerifyEntries(context) : VerifyAudit(options.data);
  if (!verdict.ok()) return verdict.status();
  if (!verdict->fault.empty()) {
    return absl::DataLossError(fmt::format("the audit log is broken: {}", verdict->fault));
  }
  Answer(context,
         {{"entries", verdict->entries}, {"first", verdict->first}, {"hash", verdict->hash}},
         fmt::format("{} entries from number {} on are whole; the newest one's hash is {}\n",
                     verdict->entries, verdict->first, verdict->hash));
  return kExitOk;
}

}  // namespace

void AddAudit(Command& app, Context& context) {
  auto options = std::make_shared<AuditOptions>();
  Command& command =
      AddCommand(app, context, "audit", "Who did what at the coordinator", [&context, options] {
        return options->verify ? Verify(context, *options) : Read(context, *options);
      });
  command.AddFlag("--verify", options->verify, "Say whether the log is whole, or what is not");
  command.AddOption("--after", options->after, "Leave out the entries up to this number")
      .TypeName("N")
      .NotNegative();
  AddDataFlag(command, options->data);
  AddConnectionFlags(command, context);
  command.AddFlag("--json", context.json, "Print a JSON object per line and entry");
}

}  // namespace paceline
