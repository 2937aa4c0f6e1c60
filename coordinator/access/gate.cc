#include "coordinator/access/gate.h"

#include "coordinator/access/rules.h"
#include "fmt/format.h"
#include "spdlog/spdlog.h"

namespace paceline {
namespace {

// "alice (viewer, by token)"
std::string Words(const Caller& caller) {
  return fmt::format("{} ({}, by {})", caller.name, RoleWord(caller.role), caller.shown_by);
}

// Roles that a rule lets in, as people say them.
std::string WhoMay(Access access) {
  switch (access) {
    case Access::kViewer:
      return "a viewer, a submitter or an admin";
    case Access::kSubmitter:
    case Access::kOwner:
      return "a submitter or an admin";
    case Access::kWorker:
      return "a worker or an admin";
    case Access::kAnybody:
    case Access::kIdentity:
    case Access::kAdmin:
      break;
  }
  return "an admin";
}

std::string OutcomeText(const absl::Status& status) {
  if (status.ok()) return "OK";
  return fmt::format("{}: {}", absl::StatusCodeToString(status.code()),
                     std::string(status.message()));
}

absl::Status CheckCertificateTimes(const CertificateFacts& facts, int64_t now_ms) {
  if (facts.not_after_ms <= now_ms) {
    return Unauthenticated(
        AccessRefusal::kExpired,
        fmt::format("the certificate {} of {} has expired; renew it (paceline certs renew)",
                    facts.serial, facts.name));
  }
  if (facts.not_before_ms > now_ms) {
    return Unauthenticated(
        AccessRefusal::kExpired,
        fmt::format("the certificate {} of {} is not valid yet; is a clock wrong?", facts.serial,
                    facts.name));
  }
  return absl::OkStatus();
}

absl::Status CheckSubmitter(const Caller& caller, const Gate::Request& request, Access access) {
  if (!request.subject.starts_with(caller.job_prefix)) {
    return absl::PermissionDeniedError(
        fmt::format("{} may submit and rule what is named {}..., not {}", Words(caller),
                    caller.job_prefix, request.subject));
  }
  if (access != Access::kOwner || request.owner == caller.name) return absl::OkStatus();
  return absl::PermissionDeniedError(fmt::format(
      "{} may not ask for {} of {}, which {}; a submitter rules its own, an admin everything",
      Words(caller), request.method, request.subject,
      request.owner.empty() ? "belongs to nobody" : "belongs to " + request.owner));
}

}  // namespace

absl::StatusOr<Caller> Gate::OfToken(std::string_view token) const {
  auto caller = FindToken(token);
  if (!caller.ok()) meters_.Count(RefusalOf(caller.status()));
  return caller;
}

absl::StatusOr<Caller> Gate::OfCertificate(std::string_view pem) const {
  auto caller = FindCertificate(pem);
  if (!caller.ok()) meters_.Count(RefusalOf(caller.status()));
  return caller;
}

absl::StatusOr<Caller> Gate::FindToken(std::string_view token) const {
  const auto info = book_.Find(token);
  if (!info.ok()) return info.status();
  return Caller{.name = info->name(),
                .role = info->role(),
                .shown_by = "token",
                .serial = info->id(),
                .expires_ms = info->expires_unix_ms(),
                .job_prefix = info->job_prefix()};
}

absl::StatusOr<Caller> Gate::FindCertificate(std::string_view pem) const {
  const auto facts = certificates_.Facts(pem);
  if (!facts.ok()) return absl::UnauthenticatedError(facts.status().message());
  for (const absl::Status& status : {CheckCertificateTimes(*facts, clock_.UnixMillis()),
                                     book_.CheckCertificate(facts->serial)}) {
    if (!status.ok()) return status;
  }
  if (facts->name == LocalCaller().name) {
    return absl::UnauthenticatedError(
        "a certificate of \"local\" is nobody's: that is whoever has to show nothing");
  }
  const auto role = RoleNamed(facts->role);
  if (!role.ok()) {
    return absl::UnauthenticatedError(fmt::format(
        "the certificate {} of {} {}; ask the keeper of the authority for one that gives a role "
        "(paceline certs issue)",
        facts->serial, facts->name,
        facts->role.empty() ? "gives no role" : "is of a " + facts->role));
  }
  return Caller{.name = facts->name,
                .role = *role,
                .shown_by = "certificate",
                .serial = facts->serial,
                .expires_ms = facts->not_after_ms};
}

absl::Status Gate::StillGood(const Caller& caller) const {
  if (caller.shown_by == "token") return book_.CheckToken(caller.serial);
  if (caller.shown_by != "certificate") return absl::OkStatus();
  if (caller.expires_ms <= clock_.UnixMillis()) {
    return Unauthenticated(
        AccessRefusal::kExpired,
        fmt::format("the certificate {} of {} has expired", caller.serial, caller.name));
  }
  return book_.CheckCertificate(caller.serial);
}

absl::Status Gate::CheckRole(const Caller& caller, std::string_view method) const {
  const MethodRule* rule = FindRule(method);
  if (rule == nullptr) {
    return absl::PermissionDeniedError(fmt::format("nobody may ask for {}", method));
  }
  if (Lets(rule->access, caller.role)) return absl::OkStatus();
  return absl::PermissionDeniedError(
      fmt::format("{} may not ask for {}; {} may", Words(caller), method, WhoMay(rule->access)));
}

absl::Status Gate::Check(const Caller& caller, const Request& request) const {
  if (absl::Status status = CheckRole(caller, request.method); !status.ok()) return status;
  const Access access = FindRule(request.method)->access;
  if (caller.role != v1::ROLE_SUBMITTER) return absl::OkStatus();
  if (access != Access::kSubmitter && access != Access::kOwner) return absl::OkStatus();
  return CheckSubmitter(caller, request, access);
}

absl::Status Gate::Run(const Caller& caller, const Request& request,
                       const std::function<absl::Status()>& action) {
  absl::Status status = StillGood(caller);
  if (status.ok()) status = Check(caller, request);
  if (status.ok()) status = limits_.Enter(caller);
  if (!status.ok()) {
    TellRefused(caller, request, status);
    return status;
  }
  status = action();
  limits_.Leave(caller);
  if (FindRule(request.method)->changes) Tell(caller, request, OutcomeText(status));
  return status;
}

void Gate::TellRefused(const Caller& caller, const Request& request, const absl::Status& why) {
  // Others have been counted when they showed what is not good.
  const AccessRefusal refusal = RefusalOf(why);
  if (!absl::IsUnauthenticated(why) || refusal == AccessRefusal::kNothingShown) {
    meters_.Count(refusal);
  }
  int64_t untold = 0;
  if (!limits_.MayTell(caller.name, untold)) return;
  std::string outcome = OutcomeText(why);
  if (untold > 0) outcome += fmt::format(" (and {} refusals before it)", untold);
  Tell(caller, request, outcome);
}

void Gate::Tell(const Caller& caller, const Request& request, const std::string& outcome) {
  v1::AuditEntry entry;
  entry.set_identity(caller.name);
  entry.set_role(caller.role);
  entry.set_method(std::string(request.method));
  entry.set_subject(request.subject);
  entry.set_outcome(outcome);
  entry.set_peer(request.peer);
  const absl::Status status = audit_.Append(std::move(entry));
  if (!status.ok()) spdlog::error("not in the audit log: {}", std::string(status.message()));
}

}  // namespace paceline
