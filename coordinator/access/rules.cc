#include "coordinator/access/rules.h"

#include <algorithm>
#include <array>

#include "fmt/format.h"

namespace paceline {
namespace {

constexpr std::string_view kOwnPackage = "paceline.v1.";

constexpr MethodRule Looks(std::string_view method) { return {method, Access::kViewer, false}; }
constexpr MethodRule Changes(std::string_view method) { return {method, Access::kOwner, true}; }

constexpr MethodRule kRules[] = {
    {"JobService/Submit", Access::kSubmitter, true},
    Looks("JobService/List"),
    Looks("JobService/Show"),
    Looks("JobService/Watch"),
    Looks("JobService/Logs"),
    Changes("JobService/Pause"),
    Changes("JobService/Resume"),
    Changes("JobService/Cancel"),
    Changes("JobService/SetPriority"),
    Changes("JobService/Delete"),
    Looks("JobService/GetTheta"),
    Looks("JobService/GetScalars"),
    Looks("JobService/ListWorkers"),
    {"EvaluationService/Submit", Access::kSubmitter, true},
    Looks("EvaluationService/List"),
    Looks("EvaluationService/Show"),
    Looks("EvaluationService/Watch"),
    Changes("EvaluationService/Cancel"),
    Changes("EvaluationService/Delete"),
    Looks("EvaluationService/GetResult"),
    {"WorkerService/Work", Access::kWorker, false},
    {"WorkerService/FetchTheta", Access::kWorker, false},
    {"AccessService/WhoAmI", Access::kIdentity, false},
    {"AccessService/IssueToken", Access::kAdmin, true},
    {"AccessService/ListTokens", Access::kAdmin, false},
    {"AccessService/RevokeToken", Access::kAdmin, true},
    {"AccessService/RevokeCertificate", Access::kAdmin, true},
    {"AccessService/ListRevokedCertificates", Access::kAdmin, false},
    {"AccessService/ReadAudit", Access::kAdmin, false},
    {"grpc.health.v1.Health/Check", Access::kAnybody, false},
    {"grpc.health.v1.Health/Watch", Access::kAnybody, false},
    {"grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", Access::kAdmin, false},
};

constexpr std::array kColumns = {v1::ROLE_UNSPECIFIED, v1::ROLE_VIEWER, v1::ROLE_SUBMITTER,
                                 v1::ROLE_WORKER, v1::ROLE_ADMIN};

std::string_view Cell(const MethodRule& rule, v1::Role role) {
  if (!Lets(rule.access, role)) return "";
  return rule.access == Access::kOwner && role == v1::ROLE_SUBMITTER ? "its own" : "yes";
}

}  // namespace

std::span<const MethodRule> Rules() { return kRules; }

const MethodRule* FindRule(std::string_view method) {
  const auto* found = std::ranges::find(kRules, method, &MethodRule::method);
  return found == std::end(kRules) ? nullptr : found;
}

std::string_view MethodOfPath(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.starts_with(kOwnPackage)) path.remove_prefix(kOwnPackage.size());
  return path;
}

bool Lets(Access access, v1::Role role) {
  if (access == Access::kAnybody) return true;
  switch (role) {
    case v1::ROLE_ADMIN:
      return true;
    case v1::ROLE_SUBMITTER:
      return access != Access::kWorker && access != Access::kAdmin;
    case v1::ROLE_VIEWER:
      return access == Access::kViewer || access == Access::kIdentity;
    case v1::ROLE_WORKER:
      return access == Access::kWorker || access == Access::kIdentity;
    case v1::ROLE_UNSPECIFIED:
    case v1::Role_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::Role_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return false;
}

std::string RulesTable() {
  std::string table =
      "| method | anybody | viewer | submitter | worker | admin | audited |\n"
      "|---|---|---|---|---|---|---|\n";
  for (const MethodRule& rule : kRules) {
    table += fmt::format("| `{}` |", rule.method);
    for (const v1::Role role : kColumns) table += fmt::format(" {} |", Cell(rule, role));
    table += rule.changes ? " yes |\n" : "  |\n";
  }
  return table;
}

}  // namespace paceline
