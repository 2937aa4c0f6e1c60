// Which workers may answer for the job at work: those with its engine, build, plug-ins and data.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/footprint/footprint.h"
#include "coordinator/lease/crew.h"
#include "coordinator/roster/needs.h"
#include "coordinator/roster/pinned_fingerprint.h"
#include "coordinator/roster/roster.h"
#include "coordinator/store/store.h"

namespace paceline {

// What the worker computes the config's tasks by: JobFingerprint, or empty if it lacks a plug-in
// that they name.
std::string WorkerFingerprint(const v1::JobConfig& config, const Worker& worker);

// Not thread-safe.
class Membership {
 public:
  // A job is at work now, or none. The footprint is a block's.
  void Open(const JobRow& job, const Footprint& footprint, const Roster& roster);
  void Close();
  // The rest is for while one is.
  void Add(const Worker& worker);
  void Remove(WorkerId worker) { members_.erase(worker); }

  const PinnedFingerprint& pinned() const { return pinned_; }
  void Pin(const PinnedFingerprint& fingerprint) { pinned_ = fingerprint; }
  // The worker's engine is the job's, and its data are too as far as they are known.
  bool IsPinned(WorkerId worker) const;
  std::vector<Candidate> Candidates() const;

  // What it reads for the job; what it told first stays.
  void TellData(WorkerId worker, const DataDigests& data);
  const std::optional<DataDigests>& DataOf(WorkerId worker) const;
  bool HasEngine(WorkerId worker) const { return !members_.at(worker).engine.empty(); }

  // What is to be pinned instead, if the pin may move: nothing while one who has it is good. The
  // first who is good decides, else the first, unless somebody has the pin at hand.
  std::optional<PinnedFingerprint> NewPin(const std::function<bool(WorkerId)>& is_good) const;
  int CountOthers() const;

  // Why a worker whose fingerprint is not the job's stays idle.
  std::string Mismatch(WorkerId worker) const;
  // Why the job has no worker; empty if it has enough.
  std::string Waiting(int64_t blocks, const Crew& crew) const;

 private:
  struct Member {
    std::string engine;  // WorkerFingerprint
    std::optional<DataDigests> data;
    uint32_t threads = 1;
    uint64_t memory_bytes = 0;
    int64_t room = 0;   // blocks
    std::string lacks;  // of what the job's tasks want, in words; empty if nothing
  };
  bool IsPinned(const Member& member) const;
  PinnedFingerprint FingerprintOf(const Member& member) const;

  v1::JobConfig config_;
  Needs needs_;
  Footprint footprint_;
  PinnedFingerprint pinned_;
  std::map<WorkerId, Member> members_;
};

}  // namespace paceline
