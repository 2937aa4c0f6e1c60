// The one place that lets a request through, whatever it came by: gRPC or HTTP.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "coordinator/access/access_book.h"
#include "coordinator/access/access_refusal.h"
#include "coordinator/access/audit_log.h"
#include "coordinator/access/caller.h"
#include "coordinator/access/certificate_cache.h"
#include "coordinator/access/limits.h"

namespace paceline {

// Thread-safe.
class Gate {
 public:
  struct Request {
    std::string_view method;   // "JobService/Cancel", also where HTTP asks for the same
    std::string subject = {};  // what it is done to: a job's name, a token's id
    std::string owner = {};    // who submitted that; empty: it belongs to nobody, or there is none
    std::string peer = {};
  };

  // All outlive the gate.
  Gate(AccessBook& book, AuditLog& audit, const Clock& clock, CallerLimits limits = {})
      : book_(book), audit_(audit), clock_(clock), limits_(limits, clock) {}

  // Unauthenticated, in words that say what is wrong, for a token or certificate that is unknown,
  // revoked or expired.
  absl::StatusOr<Caller> OfToken(std::string_view token) const;
  // `pem`: the certificate that TLS has verified.
  absl::StatusOr<Caller> OfCertificate(std::string_view pem) const;
  // Whether what the caller has shown is still good.
  absl::Status StillGood(const Caller& caller) const;

  // PermissionDenied unless the rules (rules.h) let the caller ask for that; deny by default.
  absl::Status Check(const Caller& caller, const Request& request) const;
  // The same of its role alone, before it is known what is asked of whose.
  absl::Status CheckRole(const Caller& caller, std::string_view method) const;
  // Check; then limits of the caller (ResourceExhausted); then `action`; then, of methods that
  // change something, an entry of the audit log with what came of it, refusals too.
  absl::Status Run(const Caller& caller, const Request& request,
                   const std::function<absl::Status()>& action);

  // An entry of the audit log for who was turned away before Run; not for each of many.
  void TellRefused(const Caller& caller, const Request& request, const absl::Status& why);

  AccessBook& book() { return book_; }
  // Of those who were not let in.
  const AccessMeters& meters() const { return meters_; }

 private:
  absl::StatusOr<Caller> FindToken(std::string_view token) const;
  absl::StatusOr<Caller> FindCertificate(std::string_view pem) const;
  void Tell(const Caller& caller, const Request& request, const std::string& outcome);

  AccessBook& book_;
  AuditLog& audit_;
  const Clock& clock_;
  Limits limits_;
  mutable CertificateCache certificates_;
  mutable AccessMeters meters_;
};

}  // namespace paceline
