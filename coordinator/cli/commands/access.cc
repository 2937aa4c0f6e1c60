// revoke, whoami
#include "coordinator/cli/commands/access.h"

#include "coordinator/access/caller.h"
#include "coordinator/cli/commands/answer.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/view/text.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

struct RevokeOptions {
  std::string serial, reason, data;
};

absl::StatusOr<ExitStatus> Revoke(const Context& context, const RevokeOptions& options) {
  const auto client = OpenAccess(context, options.data);
  if (!client.ok()) return client.status();
  const auto revoked = (*client)->RevokeCertificate(options.serial, options.reason);
  if (!revoked.ok()) return revoked.status();
  Answer(context,
         {{"serial", revoked->serial()},
          {"reason", revoked->reason()},
          {"revoked_unix_ms", revoked->revoked_unix_ms()},
          {"by", revoked->by()}},
         fmt::format("certificate {} is revoked\n", revoked->serial()));
  return kExitOk;
}

absl::StatusOr<ExitStatus> WhoAmI(const Context& context) {
  const auto client = AccessClient::Open(context.connection);
  if (!client.ok()) return client.status();
  const auto identity = (*client)->WhoAmI();
  if (!identity.ok()) return identity.status();
  const bool ends = identity->expires_unix_ms() > 0;
  Answer(context,
         {{"name", identity->name()},
          {"role", RoleWord(identity->role())},
          {"shown_by", identity->shown_by()},
          {"serial", identity->serial()},
          {"expires_unix_ms", identity->expires_unix_ms()},
          {"job_prefix", identity->job_prefix()}},
         fmt::format("{} ({}), shown by {}{}{}\n", identity->name(), RoleWord(identity->role()),
                     identity->shown_by() == "local" ? "nothing: this connection is in the clear"
                                                     : identity->shown_by(),
                     identity->serial().empty() ? "" : " " + identity->serial(),
                     ends ? ", until " + TimeText(identity->expires_unix_ms()) : ""));
  return kExitOk;
}

}  // namespace

void AddDataFlag(Command& command, std::string& data) {
  command
      .AddOption("--data", data,
                 "The coordinator's data folder, instead of asking the coordinator; it may run")
      .TypeName("DIR");
}

absl::StatusOr<std::unique_ptr<AccessClient>> OpenAccess(const Context& context,
                                                         const std::string& data) {
  return data.empty() ? AccessClient::Open(context.connection) : AccessClient::InFolder(data);
}

void AddRevoke(Command& app, Context& context) {
  auto options = std::make_shared<RevokeOptions>();
  Command& command = AddCommand(app, context, "revoke",
                                "Refuse a certificate from now on, and end what it has under way",
                                [&context, options] { return Revoke(context, *options); });
  command.AddOption("SERIAL", options->serial, "As `paceline certs list` shows it").Required();
  command.AddOption("--reason", options->reason, "Told to whoever shows it").TypeName("TEXT");
  AddDataFlag(command, options->data);
  AddConnectionFlags(command, context);
  AddJsonFlag(command, context);
}

void AddWhoAmI(Command& app, Context& context) {
  Command& command =
      AddCommand(app, context, "whoami", "Who this side is to the coordinator, and its role",
                 [&context] { return WhoAmI(context); });
  AddConnectionFlags(command, context);
  AddJsonFlag(command, context);
}

}  // namespace paceline
