#include "coordinator/access/certificate_cache.h"

namespace paceline {
namespace {

// Of a few kilobytes each.
constexpr size_t kMostKnown = 2048;

}  // namespace

absl::StatusOr<CertificateFacts> CertificateCache::Facts(std::string_view pem) {
  const std::string key(pem);
  {
    std::lock_guard lock(mutex_);
    if (const auto found = known_.find(key); found != known_.end()) return found->second;
  }
  auto facts = ReadCertificateFacts(pem);
  if (!facts.ok()) return facts;
  std::lock_guard lock(mutex_);
  if (known_.size() >= kMostKnown) known_.clear();
  known_[key] = *facts;
  return facts;
}

}  // namespace paceline
