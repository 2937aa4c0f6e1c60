// What certificates say, read once each: a call takes microseconds, reading one a hundred times
// that.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "absl/status/statusor.h"
#include "common/pki/certificate_facts.h"

namespace paceline {

// Thread-safe.
class CertificateCache {
 public:
  // As ReadCertificateFacts.
  absl::StatusOr<CertificateFacts> Facts(std::string_view pem);

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, CertificateFacts> known_;  // by PEM; guarded by mutex_
};

}  // namespace paceline
