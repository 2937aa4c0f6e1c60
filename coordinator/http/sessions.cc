#include "coordinator/http/sessions.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <utility>

#include "common/base/digest.h"
#include "fmt/format.h"

namespace paceline {
namespace {

constexpr BucketSize kLogins{.most = 10, .per_second = 0.5};
constexpr size_t kMostHosts = 4096;

// 256 bits in hexadecimal digits.
std::string RandomSecret() {
  std::array<unsigned char, 32> bytes{};
  if (RAND_bytes(bytes.data(), bytes.size()) != 1) std::abort();  // no secret is to be had at all
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

}  // namespace

std::string Sessions::Begin(Caller caller) {
  std::string id = RandomSecret();
  std::lock_guard lock(mutex_);
  if (sessions_.size() >= kMostSessions) {
    sessions_.erase(std::ranges::min_element(
        sessions_, {}, [](const auto& session) { return session.second.used; }));
  }
  sessions_.emplace(
      Sha256Hex(id),
      Session{.caller = std::move(caller), .csrf = RandomSecret(), .used = clock_.Now()});
  return id;
}

std::optional<Session> Sessions::Find(std::string_view id) {
  std::lock_guard lock(mutex_);
  const auto found = sessions_.find(Sha256Hex(id));
  if (found == sessions_.end()) return std::nullopt;
  if (clock_.Now() - found->second.used > kSessionIdle) {
    sessions_.erase(found);
    return std::nullopt;
  }
  found->second.used = clock_.Now();
  return found->second;
}

void Sessions::End(std::string_view id) {
  std::lock_guard lock(mutex_);
  sessions_.erase(Sha256Hex(id));
}

bool SameSecret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

absl::Status LoginLimit::Take(const std::string& host) {
  std::lock_guard lock(mutex_);
  if (hosts_.size() >= kMostHosts) hosts_.clear();
  if (hosts_.try_emplace(host, kLogins).first->second.Take(clock_.Now())) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      "too many logins from this machine; wait some seconds and try again");
}

}  // namespace paceline
