#include "worker/agent/block_keeper.h"

#include <chrono>
#include <exception>
#include <functional>

#include "absl/strings/str_cat.h"
#include "spdlog/spdlog.h"
#include "worker/snapshot/snapshot_policy.h"

namespace paceline {
namespace {

SnapshotJob NameOf(const HeldJob& job, const JobEngine& engine) {
  return absl::StrCat(job.name(), "\n", engine.identity());
}

// Empty of a block that has run no window, or whose last one failed.
std::optional<BlockPlace> PlaceOf(HeldBlock& block) {
  const int64_t next = block.engine->next_step();
  if (next < 0) return std::nullopt;
  return BlockPlace{.next_step = next,
                    .episode_start = block.engine->EpisodeStart(next),
                    .saved_step = block.saved_step};
}

// No memory, say: a snapshot is not worth a worker.
absl::Status WithoutExceptions(const std::function<absl::Status()>& work) {
  try {
    return work();
  } catch (const std::exception& e) {
    return absl::ResourceExhaustedError(e.what());
  }
}

}  // namespace

void BlockKeeper::Advance(const WindowRequest& request, HeldJob& job, JobEngine& engine,
                          HeldBlock& block, const FetchThetas& fetch) {
  const int64_t start = block.engine->EpisodeStart(request.step);
  const int64_t held = block.engine->next_step();
  if (held == request.step || start == request.step) return;
  const SnapshotJob from = NameOf(job, engine);
  for (const SnapshotName& name : WorthReading(folder_.List(from), {.block = request.block,
                                                                   .step = request.step,
                                                                   .episode_start = start,
                                                                   .held_step = held})) {
    auto thetas = job.thetas().Get(name.step - 1, name.step - 1, fetch);
    // Who replays will meet the same error and say it.
    if (!thetas.ok()) return;
    if (thetas->front()->hash != name.theta_hash) continue;
    if (Take(from, name, engine, block)) return;
  }
}

bool BlockKeeper::Take(const SnapshotJob& from, const SnapshotName& name, JobEngine& engine,
                       HeldBlock& block) {
  const auto restore = [&](const TensorFileView& state) {
    return block.engine->Restore(name.step, state);
  };
  const absl::Status status = WithoutExceptions([&] { return folder_.Read(from, name, restore); });
  if (status.ok()) {
    block.saved_step = name.step;
    block.theta_hash = name.theta_hash;
    spdlog::debug("goes on from snapshot {}", folder_.PathOf(from, name));
    return true;
  }
  // What an error left is not to be built on.
  if (block.engine->next_step() < 0) block.engine = engine.NewBlock(name.block);
  // Another worker may have removed it meanwhile.
  if (!absl::IsNotFound(status)) {
    spdlog::warn("snapshot {} is not used: {}", folder_.PathOf(from, name),
                 std::string(status.message()));
  }
  return false;
}

void BlockKeeper::SaveIfDue(HeldJob& job, uint32_t block) {
  const std::shared_ptr<HeldBlock> held = job.Find(block);
  if (held == nullptr) return;
  const std::optional<BlockPlace> place = PlaceOf(*held);
  if (place && IsSnapshotDue(*place, every_)) Write(job, block, *held);
}

void BlockKeeper::Save(HeldJob& job, uint32_t block) {
  const std::shared_ptr<HeldBlock> held = job.Find(block);
  if (held == nullptr) return;
  const std::optional<BlockPlace> place = PlaceOf(*held);
  if (place && IsWorthSaving(*place)) Write(job, block, *held);
}

void BlockKeeper::Write(HeldJob& job, uint32_t number, HeldBlock& block) {
  const std::shared_ptr<JobEngine> engine = job.made_engine();
  if (engine == nullptr || job.ended()) return;
  const SnapshotName name{
      .block = number, .step = block.engine->next_step(), .theta_hash = block.theta_hash};
  const SteadyTime begin = clock_.Now();
  const absl::Status status = WithoutExceptions([&] {
    absl::StatusOr<TensorFile> state = block.engine->Save();
    if (!state.ok()) return state.status();
    const auto bytes = folder_.Write(NameOf(job, *engine), name, *std::move(state));
    if (!bytes) return absl::OkStatus();
    block.saved_step = name.step;
    spdlog::debug("job {}: block {} saved at outer step {}: {} bytes in {:.1f} ms", job.name(),
                  name.block, name.step, *bytes,
                  std::chrono::duration<double, std::milli>(clock_.Now() - begin).count());
    return absl::OkStatus();
  });
  if (!status.ok()) {
    spdlog::warn("job {}: block {} is not saved: {}", job.name(), number,
                 std::string(status.message()));
  }
  // It may be over by now, and its snapshots removed.
  if (job.over()) Remove(job);
}

void BlockKeeper::Remove(const HeldJob& job) {
  if (const auto engine = job.made_engine()) folder_.Remove(NameOf(job, *engine));
}

}  // namespace paceline
