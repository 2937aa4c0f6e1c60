#include "coordinator/cli/view/certificate_view.h"

#include "common/text/printable.h"
#include "common/text/table.h"
#include "coordinator/cli/view/text.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

std::string StateText(const IssuedCertificate& certificate, int64_t now_ms) {
  const Revocation& revocation = certificate.revocation;
  if (!revocation.serial.empty()) {
    return fmt::format("revoked {} ({})", TimeText(revocation.revoked_ms), revocation.reason);
  }
  return certificate.facts.not_after_ms < now_ms ? "expired" : "good";
}

std::string ProgramOf(const IssuedFiles& files) {
  if (files.facts.role == "coordinator") return "paceline-coordinator --data DIR --listen ";
  return files.facts.role == "worker" ? "paceline-worker --coordinator "
                                      : "paceline list --coordinator ";
}

std::string FirstHost(const IssuedFiles& files) {
  if (files.facts.hosts.empty()) return "HOST";
  const std::string& host = files.facts.hosts.front();
  return host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
}

}  // namespace

nlohmann::ordered_json CertificateJson(const IssuedCertificate& certificate) {
  const CertificateFacts& facts = certificate.facts;
  nlohmann::ordered_json json = {{"name", facts.name},
                                 {"role", facts.role},
                                 {"serial", facts.serial},
                                 {"hosts", facts.hosts},
                                 {"not_before_unix_ms", facts.not_before_ms},
                                 {"not_after_unix_ms", facts.not_after_ms}};
  const Revocation& revocation = certificate.revocation;
  if (revocation.serial.empty()) return json;
  json.update({{"revoked_unix_ms", revocation.revoked_ms}, {"reason", revocation.reason}});
  return json;
}

nlohmann::ordered_json IssuedJson(const IssuedFiles& files) {
  nlohmann::ordered_json json = CertificateJson({.facts = files.facts, .revocation = {}});
  json.update({{"folder", files.folder},
               {"tls_ca", files.ca},
               {"tls_cert", files.cert},
               {"tls_key", files.key}});
  return json;
}

std::string IssuedText(const IssuedFiles& files) {
  return fmt::format(
      "{} as {}, until {}, serial {}\nin {}, which may be copied to where it is used:\n"
      "  {}{}:7700 --tls-ca {} --tls-cert {} --tls-key {}\n",
      files.facts.name, files.facts.role, TimeText(files.facts.not_after_ms), files.facts.serial,
      files.folder, ProgramOf(files), FirstHost(files), files.ca, files.cert, files.key);
}

std::string CertificatesText(const std::vector<IssuedCertificate>& certificates, int64_t now_ms) {
  std::vector<std::vector<std::string>> rows;
  for (const IssuedCertificate& one : certificates) {
    rows.push_back({Printable(one.facts.name), one.facts.role, one.facts.serial,
                    TimeText(one.facts.not_after_ms), StateText(one, now_ms),
                    Printable(fmt::format("{}", fmt::join(one.facts.hosts, " ")))});
  }
  return TableText({"NAME", "ROLE", "SERIAL", "UNTIL", "STATE", "HOSTS"}, rows, {.left = 6});
}

}  // namespace paceline
