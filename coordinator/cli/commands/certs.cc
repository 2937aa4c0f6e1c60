#include <chrono>
#include <memory>
#include <optional>

#include "common/base/clock.h"
#include "common/pki/authority_folder.h"
#include "coordinator/cli/commands/answer.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/context.h"
#include "coordinator/cli/view/certificate_view.h"
#include "coordinator/cli/view/text.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

constexpr int kAuthorityDays = 3650, kMostDays = 36'500;
// A clock that is behind by so much still takes a new certificate.
constexpr std::chrono::milliseconds kSlack = std::chrono::minutes(5);
constexpr char kCoordinator[] = "coordinator";

struct CertsOptions {
  std::string folder = "paceline-ca";
  std::string role;
  std::string name;
  std::vector<std::string> hosts;
  std::string reason = "unspecified";
  std::optional<int> days;
  bool force = false;
  bool new_key = false;
};

// People and workers that are gone stay trusted for no longer than this.
int DefaultDays(const std::string& role) {
  if (role == kCoordinator) return 90;
  return role == "worker" ? 7 : 30;
}

int64_t Now() { return Clock::Real().UnixMillis(); }

Validity ValidFor(int days) {
  const int64_t from = Now() - kSlack.count();
  return {.from_ms = from,
          .to_ms = Now() + std::chrono::milliseconds(std::chrono::hours(24) * days).count()};
}

absl::StatusOr<ExitStatus> Init(const Context& context, const CertsOptions& options) {
  const Validity validity = ValidFor(options.days.value_or(kAuthorityDays));
  const auto folder = AuthorityFolder::Init(options.folder, validity, options.force);
  if (!folder.ok()) return folder.status();
  Answer(context,
         {{"folder", folder->path()},
          {"tls_ca", folder->authority_file()},
          {"not_after_unix_ms", validity.to_ms}},
         fmt::format("certificate authority in {}, until {}\nkeep ca-key.pem to yourself: whoever "
                     "has it can be anybody\n",
                     folder->path(), TimeText(validity.to_ms)));
  return kExitOk;
}

absl::StatusOr<ExitStatus> AnswerIssued(const Context& context,
                                        const absl::StatusOr<IssuedFiles>& files) {
  if (!files.ok()) return files.status();
  Answer(context, IssuedJson(*files), IssuedText(*files));
  return kExitOk;
}

absl::StatusOr<ExitStatus> Issue(const Context& context, const CertsOptions& options) {
  const std::string name =
      options.name.empty() && options.role == kCoordinator ? kCoordinator : options.name;
  if (name.empty()) {
    return absl::InvalidArgumentError(
        fmt::format("whose certificate is it to be? paceline certs issue {} NAME", options.role));
  }
  auto folder = AuthorityFolder::Open(options.folder);
  if (!folder.ok()) return folder.status();
  const CertificateRequest request{
      .role = options.role,
      .name = name,
      .hosts = options.hosts,
      .validity = ValidFor(options.days.value_or(DefaultDays(options.role)))};
  return AnswerIssued(context, folder->Issue(request, options.force));
}

absl::StatusOr<ExitStatus> Renew(const Context& context, const CertsOptions& options) {
  auto folder = AuthorityFolder::Open(options.folder);
  if (!folder.ok()) return folder.status();
  Validity validity = ValidFor(options.days.value_or(0));
  if (!options.days) validity.to_ms = 0;
  return AnswerIssued(context, folder->Renew(options.name, validity, options.new_key));
}

absl::StatusOr<ExitStatus> Revoke(const Context& context, const CertsOptions& options) {
  auto folder = AuthorityFolder::Open(options.folder);
  if (!folder.ok()) return folder.status();
  const auto revoked = folder->Revoke(options.name, options.reason, Now());
  if (!revoked.ok()) return revoked.status();
  auto json = nlohmann::ordered_json::array();
  std::string text;
  for (const IssuedCertificate& one : *revoked) {
    json.push_back(CertificateJson(one));
    text += fmt::format(
        "{} as {}, serial {}, is revoked in {}; tell the coordinator, too:\n"
        "  paceline revoke {}\n",
        one.facts.name, one.facts.role, one.facts.serial, folder->revocations_file(),
        one.facts.serial);
  }
  Answer(context, json, text);
  return kExitOk;
}

absl::StatusOr<ExitStatus> List(const Context& context, const CertsOptions& options) {
  const auto folder = AuthorityFolder::Open(options.folder);
  if (!folder.ok()) return folder.status();
  const auto certificates = folder->List();
  if (!certificates.ok()) return certificates.status();
  auto json = nlohmann::ordered_json::array();
  for (const IssuedCertificate& one : *certificates) json.push_back(CertificateJson(one));
  Answer(context, json, CertificatesText(*certificates, Now()));
  return kExitOk;
}

using Action = absl::StatusOr<ExitStatus> (*)(const Context&, const CertsOptions&);

Command& AddAction(Command& certs, Context& context, const std::shared_ptr<CertsOptions>& options,
                   const std::string& name, const std::string& description, Action action) {
  Command& command = AddCommand(certs, context, name, description,
                                [&context, options, action] { return action(context, *options); });
  command.AddOption("--dir", options->folder, "The authority's folder")
      .TypeName("DIR")
      .ShowDefault();
  AddJsonFlag(command, context);
  return command;
}

void AddDays(Command& command, CertsOptions& options, const std::string& help) {
  command.AddOption("--days", options.days, help).TypeName("N").Range(1, kMostDays);
}

void AddIssue(Command& certs, Context& context, const std::shared_ptr<CertsOptions>& options) {
  Command& issue = AddAction(certs, context, options, "issue",
                             "A certificate and a key for a program or a person", &Issue);
  issue
      .AddOption("ROLE", options->role,
                 "What it may do: coordinator, worker, submitter, viewer or admin")
      .Required()
      .OneOf({kCertificateRoles.begin(), kCertificateRoles.end()});
  issue.AddOption("NAME", options->name, "Whose it is (of a coordinator: \"coordinator\")");
  issue
      .AddOption("--host", options->hosts,
                 "Of a coordinator: a name or address by which others reach it; may be repeated")
      .TypeName("HOST")
      .Repeatable();
  AddDays(issue, *options,
          "How long it is good (default: a coordinator's 90, a worker's 7, a person's 30)");
  issue.AddFlag("--force", options->force, "Even if that name has a certificate that is good");
}

void AddRevoke(Command& certs, Context& context, const std::shared_ptr<CertsOptions>& options) {
  Command& revoke = AddAction(certs, context, options, "revoke",
                              "Note that a certificate is not to be trusted any more", &Revoke);
  revoke.AddOption("TARGET", options->name, "A name, or the serial of one certificate").Required();
  revoke.AddOption("--reason", options->reason, "Why")
      .TypeName("WORD")
      .OneOf(RevocationReasons())
      .ShowDefault();
}

}  // namespace

void AddCerts(Command& app, Context& context) {
  auto options = std::make_shared<CertsOptions>();
  Command& certs =
      app.AddCommand("certs", "A small certificate authority of a cluster's own", [] {});
  certs.RequireCommand();
  Command& init = AddAction(certs, context, options, "init", "Make the authority", &Init);
  AddDays(init, *options, "How long it is good (default: 3650)");
  AddForceFlag(init, options->force);
  AddIssue(certs, context, options);
  Command& renew = AddAction(certs, context, options, "renew",
                             "Another certificate with the same name, role and hosts", &Renew);
  renew.AddOption("NAME", options->name, "Whose").Required();
  AddDays(renew, *options, "How long it is good (default: as long as the one before)");
  renew.AddFlag("--new-key", options->new_key, "With a new key (default: the same)");
  AddRevoke(certs, context, options);
  AddAction(certs, context, options, "list", "Every certificate that was issued", &List);
}

}  // namespace paceline
