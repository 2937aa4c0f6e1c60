#include "worker/agent/held_job.h"

#include <algorithm>
#include <exception>
#include <limits>

#include "absl/strings/str_cat.h"

namespace paceline {

HeldJob::HeldJob(v1::JobAnnouncement announcement, JobEngineFactory factory, uint64_t session)
    : announcement_(std::move(announcement)), factory_(std::move(factory)), session_(session) {}

absl::StatusOr<std::shared_ptr<JobEngine>> HeldJob::engine() {
  std::call_once(made_, [this] {
    // An exception here would make call_once start over in the next thread.
    try {
      engine_ = factory_(config());
    } catch (const std::exception& e) {
      engine_ = absl::ResourceExhaustedError(absl::StrCat("the job cannot be set up: ", e.what()));
    }
    is_made_ = engine_.ok();
  });
  return engine_;
}

std::shared_ptr<HeldBlock> HeldJob::Block(uint32_t block, JobEngine& engine) {
  std::lock_guard lock(mutex_);
  Slot& slot = slots_[block];
  if (slot.block == nullptr) {
    slot.block = std::make_shared<HeldBlock>();
    slot.block->engine = engine.NewBlock(block);
  }
  return slot.block;
}

std::shared_ptr<HeldBlock> HeldJob::Find(uint32_t block) {
  std::lock_guard lock(mutex_);
  const auto found = slots_.find(block);
  return found == slots_.end() ? nullptr : found->second.block;
}

std::vector<uint32_t> HeldJob::HeldBlocks() {
  std::lock_guard lock(mutex_);
  std::vector<uint32_t> blocks;
  for (const auto& [block, slot] : slots_) blocks.push_back(block);
  return blocks;
}

void HeldJob::Release(std::span<const uint32_t> blocks) {
  std::lock_guard lock(mutex_);
  for (const uint32_t block : blocks) slots_.erase(block);
}

void HeldJob::NoteEpisodeStart(uint32_t block, int64_t step) {
  int64_t oldest = std::numeric_limits<int64_t>::max();
  {
    std::lock_guard lock(mutex_);
    const auto found = slots_.find(block);
    if (found == slots_.end()) return;
    found->second.episode_start = step;
    for (const auto& [_, slot] : slots_) {
      if (slot.episode_start >= 0) oldest = std::min(oldest, slot.episode_start);
    }
  }
  thetas_.PruneBefore(oldest);
}

}  // namespace paceline
