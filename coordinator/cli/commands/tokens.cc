#include <memory>

#include "common/base/output.h"
#include "common/base/private_file.h"
#include "common/text/printable.h"
#include "common/text/table.h"
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

constexpr int64_t kSecondsPerDay = 86'400;

struct IssueOptions {
  std::string name, role, prefix, out, data;
  int64_t days = 30;
};

ordered_json TokenJson(const v1::TokenInfo& info) {
  return {{"id", info.id()},
          {"name", info.name()},
          {"role", RoleWord(info.role())},
          {"job_prefix", info.job_prefix()},
          {"issued_unix_ms", info.issued_unix_ms()},
          {"expires_unix_ms", info.expires_unix_ms()},
          {"revoked_unix_ms", info.revoked_unix_ms()},
          {"issuer", info.issuer()}};
}

std::vector<std::string> Row(const v1::TokenInfo& info) {
  return {info.id(),
          Printable(info.name()),
          RoleWord(info.role()),
          info.job_prefix().empty() ? "-" : info.job_prefix() + "...",
          TimeText(info.expires_unix_ms()),
          info.revoked_unix_ms() == 0 ? "-" : TimeText(info.revoked_unix_ms()),
          Printable(info.issuer())};
}

absl::StatusOr<v1::IssueTokenRequest> RequestOf(const IssueOptions& options) {
  const auto role = RoleNamed(options.role);
  if (!role.ok()) return role.status();
  v1::IssueTokenRequest request;
  request.set_name(options.name);
  request.set_role(*role);
  request.set_lifetime_seconds(options.days * kSecondsPerDay);
  request.set_job_prefix(options.prefix);
  return request;
}

// The token alone goes to standard output or the file, so that it can be kept without being seen.
absl::StatusOr<ExitStatus> Issue(const Context& context, const IssueOptions& options) {
  const auto request = RequestOf(options);
  if (!request.ok()) return request.status();
  if (!options.out.empty()) {
    if (absl::Status status = CheckOutput(options.out, {}); !status.ok()) return status;
  }
  const auto client = OpenAccess(context, options.data);
  if (!client.ok()) return client.status();
  const auto reply = (*client)->IssueToken(*request);
  if (!reply.ok()) return reply.status();
  if (!options.out.empty()) {
    absl::Status status = WritePrivateFile(options.out, reply->token() + "\n");
    if (!status.ok()) return status;
  }
  ordered_json json = TokenJson(reply->info());
  if (options.out.empty()) json["token"] = reply->token();
  const v1::TokenInfo& info = reply->info();
  if (!context.json) {
    context.environment.err << fmt::format("token {} of {} ({}), until {}\n", info.id(),
                                           info.name(), RoleWord(info.role()),
                                           TimeText(info.expires_unix_ms()));
  }
  Answer(context, json, options.out.empty() ? reply->token() + "\n" : "");
  return kExitOk;
}

absl::StatusOr<ExitStatus> List(const Context& context, const std::string& data) {
  const auto client = OpenAccess(context, data);
  if (!client.ok()) return client.status();
  const auto reply = (*client)->ListTokens();
  if (!reply.ok()) return reply.status();
  auto json = ordered_json::array();
  std::vector<std::vector<std::string>> rows;
  for (const v1::TokenInfo& info : reply->tokens()) {
    json.push_back(TokenJson(info));
    rows.push_back(Row(info));
  }
  Answer(context, json,
         rows.empty()
             ? "no tokens; paceline tokens issue makes one\n"
             : TableText({"ID", "NAME", "ROLE", "JOBS", "EXPIRES", "REVOKED", "ISSUER"}, rows));
  return kExitOk;
}

absl::StatusOr<ExitStatus> Revoke(const Context& context, const std::string& id,
                                  const std::string& data) {
  const auto client = OpenAccess(context, data);
  if (!client.ok()) return client.status();
  const auto info = (*client)->RevokeToken(id);
  if (!info.ok()) return info.status();
  Answer(context, TokenJson(*info),
         fmt::format("token {} of {} is revoked\n", info->id(), Printable(info->name())));
  return kExitOk;
}

void AddIssue(Command& tokens, Context& context) {
  auto options = std::make_shared<IssueOptions>();
  Command& command =
      AddCommand(tokens, context, "issue", "A token for somebody; it is shown this once",
                 [&context, options] { return Issue(context, *options); });
  command.AddOption("NAME", options->name, "Who is to have it").Required();
  command.AddOption("--role", options->role, "viewer, submitter, worker or admin")
      .Required()
      .TypeName("ROLE");
  command.AddOption("--days", options->days, "How long it is good")
      .TypeName("N")
      .Range(int64_t{1}, int64_t{366})
      .ShowDefault();
  command.AddOption("--jobs", options->prefix, "It may submit and rule what is named so at first")
      .TypeName("PREFIX");
  command.AddOption("--out,-o", options->out, "A new file for it, which its owner alone can read")
      .TypeName("FILE");
  AddDataFlag(command, options->data);
  AddConnectionFlags(command, context);
  AddJsonFlag(command, context);
}

void AddListAndRevoke(Command& tokens, Context& context) {
  auto data = std::make_shared<std::string>();
  Command& list =
      AddCommand(tokens, context, "list", "Tokens that were issued, without their secrets",
                 [&context, data] { return List(context, *data); });
  auto id = std::make_shared<std::string>();
  Command& revoke = AddCommand(tokens, context, "revoke",
                               "Refuse a token from now on, and end what it has under way",
                               [&context, id, data] { return Revoke(context, *id, *data); });
  revoke.AddOption("ID", *id, "As `paceline tokens list` shows it").Required();
  for (Command* command : {&list, &revoke}) {
    AddDataFlag(*command, *data);
    AddConnectionFlags(*command, context);
    AddJsonFlag(*command, context);
  }
}

}  // namespace

void AddTokens(Command& app, Context& context) {
  Command& tokens =
      app.AddCommand("tokens", "Tokens: identities for people without certificates", [] {});
  tokens.RequireCommand();
  AddIssue(tokens, context);
  AddListAndRevoke(tokens, context);
}

}  // namespace paceline
