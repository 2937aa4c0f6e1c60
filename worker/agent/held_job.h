// What a worker holds of one job: its engine, versions of θ, and the blocks' inner states.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "paceline/v1/worker.pb.h"
#include "worker/agent/block_engine.h"
#include "worker/agent/theta_cache.h"

namespace paceline {

// Used by one thread at a time: the one that the work queue gave the block to.
struct HeldBlock {
  std::unique_ptr<BlockEngine> engine;
  // Of the θ that its last window ran under; meaningful where engine->next_step() is.
  uint64_t theta_hash = 0;
  // engine->next_step() of its newest snapshot that this worker knows of; −1: none.
  int64_t saved_step = -1;
  // The newest window's answer: asked again after the coordinator restarted, it is given again.
  std::optional<v1::WindowResult> last;
};

// Thread-safe. Outlives its end in the hands of threads that are still at work on it.
class HeldJob {
 public:
  HeldJob(v1::JobAnnouncement announcement, JobEngineFactory factory, uint64_t session);

  const std::string& name() const { return announcement_.job(); }
  const v1::JobConfig& config() const { return announcement_.config(); }
  // Made by the first caller, while others wait; its error is everyone's.
  absl::StatusOr<std::shared_ptr<JobEngine>> engine();
  // Null if nobody has asked for it yet, or it could not be made.
  std::shared_ptr<JobEngine> made_engine() const { return is_made_ ? *engine_ : nullptr; }
  ThetaCache& thetas() { return thetas_; }

  // A new one if it is not held. `block` < engine.blocks().
  std::shared_ptr<HeldBlock> Block(uint32_t block, JobEngine& engine);
  // Null if it is not held.
  std::shared_ptr<HeldBlock> Find(uint32_t block);
  std::vector<uint32_t> HeldBlocks();
  void Release(std::span<const uint32_t> blocks);
  // The block ran a window of the episode that began at `step`: versions of θ that are older than
  // every held block's episode are forgotten.
  void NoteEpisodeStart(uint32_t block, int64_t step);

  // Whether this connection's coordinator has been told of the job's data.
  bool told_data(uint64_t session) const { return told_data_ == session; }
  void set_told_data(uint64_t session) { told_data_ = session; }

  // The connection that announced it last.
  uint64_t session() const { return session_; }
  void set_session(uint64_t session) { session_ = session; }
  // `over`: for everyone, and not for this worker alone.
  void End(bool over = false) {
    over_ = over_ || over;
    ended_ = true;
  }
  bool ended() const { return ended_; }
  bool over() const { return over_; }

 private:
  struct Slot {
    std::shared_ptr<HeldBlock> block;
    int64_t episode_start = -1;  // −1 before its first window
  };

  const v1::JobAnnouncement announcement_;
  const JobEngineFactory factory_;
  std::once_flag made_;
  absl::StatusOr<std::shared_ptr<JobEngine>> engine_;
  ThetaCache thetas_;
  std::atomic<uint64_t> session_;
  std::atomic<uint64_t> told_data_ = 0;  // sessions are counted from 1
  std::atomic<bool> is_made_ = false;    // engine_ is one, and does not change any more
  std::atomic<bool> over_ = false, ended_ = false;
  std::mutex mutex_;
  std::map<uint32_t, Slot> slots_;  // guarded by mutex_
};

}  // namespace paceline
