// Which workers there are, and when each was last heard.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/base/protocol.h"
#include "common/tier/tier.h"
#include "paceline/v1/worker.pb.h"

namespace paceline {

// Workers send at least one message in each interval; one silent for longer than the timeout is
// dead.
inline constexpr std::chrono::milliseconds kHeartbeatInterval{1000};
inline constexpr std::chrono::milliseconds kSilenceTimeout{4000};

// One connection of a worker; a worker that comes back has a new id.
enum class WorkerId : uint64_t {};

struct Worker {
  WorkerId id{};
  std::string name;
  std::string peer;
  uint32_t protocol = 0;  // that it and the coordinator speak
  uint32_t threads = 0;
  TierFingerprints fingerprints;
  uint64_t memory_bytes = 0;  // 0: unknown
  // For units of evaluations; no threads: it computes none.
  TierFingerprints unit_fingerprints;
  uint32_t unit_threads = 0;
  SteadyTime heard{};
  std::string identity = {};              // that it has shown (coordinator/access)
  std::set<std::string> plugins = {};     // digests of those that it has loaded
  std::string version = {}, device = {};  // for people
  uint64_t resident_bytes = 0;            // that its process has in memory; 0: unknown
  uint64_t answers = 0;                   // windows that it has answered for

  // For people: the name and, as it need not be unique, the id.
  std::string Label() const;
};

// Not thread-safe.
class Roster {
 public:
  // `clock` outlives the roster. Ids rise from first_id on.
  explicit Roster(const Clock& clock, std::chrono::milliseconds timeout = kSilenceTimeout,
                  uint64_t first_id = 1);

  // FailedPrecondition if the worker speaks no protocol of ours, InvalidArgument if its Hello is
  // malformed.
  absl::StatusOr<WorkerId> Join(const v1::Hello& hello, const std::string& peer,
                                const std::string& identity = "");
  void Heard(WorkerId id);
  // What it tells of itself, beside that it lives.
  void TakeHeartbeat(WorkerId id, const v1::Heartbeat& heartbeat);
  void CountAnswer(WorkerId id);
  // Unknown ids are ignored.
  void Leave(WorkerId id) { workers_.erase(id); }
  // Workers that have been silent for too long; they are in the roster until they are told to
  // leave.
  std::vector<WorkerId> Silent() const;

  // In the order of joining.
  const std::map<WorkerId, Worker>& workers() const { return workers_; }
  // Null if there is none; valid until it leaves.
  const Worker* Find(WorkerId id) const;

 private:
  const Clock& clock_;
  const std::chrono::milliseconds timeout_;
  uint64_t next_id_;
  std::map<WorkerId, Worker> workers_;
};

}  // namespace paceline
