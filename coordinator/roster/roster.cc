#include "coordinator/roster/roster.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "coordinator/roster/protocol_window.h"

namespace paceline {
namespace {

constexpr size_t kMaxNameBytes = 256;
constexpr size_t kMaxFingerprintBytes = 1024;
constexpr uint32_t kMaxThreads = 4096;
constexpr int kMaxPlugins = 256;
constexpr size_t kDigestDigits = 64;

using Fingerprints = google::protobuf::RepeatedPtrField<v1::TierFingerprint>;

absl::Status CheckFingerprints(const Fingerprints& fingerprints) {
  std::set<v1::Engine> tiers;
  for (const v1::TierFingerprint& own : fingerprints) {
    if (TierName(own.tier()).empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("a worker has fingerprints of reference, torch and fused, not of engine ",
                       static_cast<int>(own.tier())));
    }
    if (!tiers.insert(own.tier()).second) {
      return absl::InvalidArgumentError(absl::StrCat(
          "a worker has one fingerprint of a tier, not two of ", TierName(own.tier())));
    }
    if (own.fingerprint().empty() || own.fingerprint().size() > kMaxFingerprintBytes) {
      return absl::InvalidArgumentError("a worker's fingerprint is 1 to 1024 bytes long");
    }
  }
  if (tiers.empty()) return absl::InvalidArgumentError("a worker can run at least one tier");
  return absl::OkStatus();
}

absl::Status CheckPlugins(const google::protobuf::RepeatedPtrField<std::string>& plugins) {
  if (plugins.size() > kMaxPlugins) {
    return absl::InvalidArgumentError(
        absl::StrCat("a worker has at most ", kMaxPlugins, " plug-ins, not ", plugins.size()));
  }
  for (const std::string& digest : plugins) {
    if (digest.size() == kDigestDigits &&
        digest.find_first_not_of("0123456789abcdef") == digest.npos) {
      continue;
    }
    return absl::InvalidArgumentError(absl::StrCat(
        "a worker names plug-ins by 64 lower-case hexadecimal digits, not \"", digest, "\""));
  }
  return absl::OkStatus();
}

absl::Status CheckHello(const v1::Hello& hello) {
  if (hello.threads() < 1 || hello.threads() > kMaxThreads) {
    return absl::InvalidArgumentError(
        absl::StrCat("a worker has 1 to ", kMaxThreads, " threads, not ", hello.threads()));
  }
  if (hello.name().size() > kMaxNameBytes) {
    return absl::InvalidArgumentError("a worker's name is at most 256 bytes long");
  }
  if (absl::Status status = CheckFingerprints(hello.fingerprints()); !status.ok()) return status;
  if (absl::Status status = CheckPlugins(hello.plugins()); !status.ok()) return status;
  if (!hello.has_units()) return absl::OkStatus();
  if (hello.units().threads() < 1 || hello.units().threads() > kMaxThreads) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a worker computes 1 to ", kMaxThreads, " units at a time, not ", hello.units().threads()));
  }
  return CheckFingerprints(hello.units().fingerprints());
}

TierFingerprints ByTier(const Fingerprints& fingerprints) {
  TierFingerprints by_tier;
  for (const v1::TierFingerprint& own : fingerprints) by_tier[own.tier()] = own.fingerprint();
  return by_tier;
}

}  // namespace

std::string Worker::Label() const {
  return absl::StrCat(name.empty() ? "worker" : name, "#", static_cast<uint64_t>(id));
}

Roster::Roster(const Clock& clock, std::chrono::milliseconds timeout, uint64_t first_id)
    : clock_(clock), timeout_(timeout), next_id_(first_id) {}

absl::StatusOr<WorkerId> Roster::Join(const v1::Hello& hello, const std::string& peer,
                                      const std::string& identity) {
  const auto protocol = AgreeOnProtocol(hello);
  if (!protocol.ok()) return protocol.status();
  absl::Status status = CheckHello(hello);
  if (!status.ok()) return status;
  const WorkerId id{next_id_++};
  workers_[id] = {.id = id,
                  .name = hello.name(),
                  .peer = peer,
                  .protocol = *protocol,
                  .threads = hello.threads(),
                  .fingerprints = ByTier(hello.fingerprints()),
                  .memory_bytes = hello.memory_bytes(),
                  .unit_fingerprints = ByTier(hello.units().fingerprints()),
                  .unit_threads = hello.units().threads(),
                  .heard = clock_.Now(),
                  .identity = identity,
                  .plugins = {hello.plugins().begin(), hello.plugins().end()},
                  .version = hello.version(),
                  .device = hello.device()};
  return id;
}

void Roster::Heard(WorkerId id) {
  auto found = workers_.find(id);
  if (found != workers_.end()) found->second.heard = clock_.Now();
}

void Roster::TakeHeartbeat(WorkerId id, const v1::Heartbeat& heartbeat) {
  auto found = workers_.find(id);
  if (found == workers_.end() || heartbeat.resident_bytes() == 0) return;
  found->second.resident_bytes = heartbeat.resident_bytes();
}

void Roster::CountAnswer(WorkerId id) {
  auto found = workers_.find(id);
  if (found != workers_.end()) ++found->second.answers;
}

std::vector<WorkerId> Roster::Silent() const {
  std::vector<WorkerId> silent;
  for (const auto& [id, worker] : workers_) {
    if (clock_.Now() - worker.heard > timeout_) silent.push_back(id);
  }
  return silent;
}

const Worker* Roster::Find(WorkerId id) const {
  auto found = workers_.find(id);
  return found == workers_.end() ? nullptr : &found->second;
}

}  // namespace paceline
