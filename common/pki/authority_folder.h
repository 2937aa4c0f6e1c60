// A certificate authority in a folder of its own, for this user alone.
//
//   DIR/ca.pem, ca-key.pem       the authority; who has the key can be anybody
//   DIR/issued/SERIAL.pem        every certificate that it has issued
//   DIR/crl.pem                  those that are revoked
//   DIR/NAME/                    what NAME needs: ca.pem, NAME.pem, NAME-key.pem
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/descriptor.h"
#include "common/pki/certificate_facts.h"
#include "common/pki/issue.h"
#include "common/pki/revocations.h"

namespace paceline {

// Where a certificate was put; absolute.
struct IssuedFiles {
  std::string folder, ca, cert, key;
  CertificateFacts facts;
};

struct IssuedCertificate {
  CertificateFacts facts;
  Revocation revocation;  // without a serial if it is not revoked
};

// Holds a lock on the folder while it lives: others wait.
class AuthorityFolder {
 public:
  // AlreadyExists if there is an authority, unless `force`.
  static absl::StatusOr<AuthorityFolder> Init(const std::string& path, const Validity& validity,
                                              bool force);
  // NotFound if there is no authority, FailedPrecondition if others may read its key.
  static absl::StatusOr<AuthorityFolder> Open(const std::string& path);

  // AlreadyExists if a certificate of that name is good still, unless `force`.
  absl::StatusOr<IssuedFiles> Issue(const CertificateRequest& request, bool force);
  // Another certificate for the newest one of that name, with the same role, name and hosts, and
  // for as long unless `validity` ends later than it begins. NotFound; FailedPrecondition if it is
  // revoked.
  absl::StatusOr<IssuedFiles> Renew(const std::string& name, const Validity& validity,
                                    bool new_key);
  // By serial, or all of a name that are good. NotFound; what is revoked already stays so.
  absl::StatusOr<std::vector<IssuedCertificate>> Revoke(const std::string& name_or_serial,
                                                        const std::string& reason, int64_t now_ms);
  // By name, the newest of each first.
  absl::StatusOr<std::vector<IssuedCertificate>> List() const;

  const std::string& path() const { return path_; }
  std::string authority_file() const { return path_ + "/ca.pem"; }
  std::string revocations_file() const { return path_ + "/crl.pem"; }

 private:
  AuthorityFolder(std::string path, Descriptor lock, KeyedCertificate authority)
      : path_(std::move(path)), lock_(std::move(lock)), authority_(std::move(authority)) {}
  absl::StatusOr<IssuedFiles> Put(const CertificateRequest& request);
  absl::StatusOr<std::vector<IssuedCertificate>> OfName(const std::string& name) const;

  std::string path_;
  Descriptor lock_;
  KeyedCertificate authority_;
};

}  // namespace paceline
