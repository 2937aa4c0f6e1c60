#include "worker/task/batches.h"

namespace paceline {

namespace {

Stream StreamAt(const RunSeed& seed, Purpose purpose, int64_t step) {
  return {.key = seed.key,
          .purpose = purpose,
          .particle = seed.particle,
          .episode = seed.episode,
          .step = static_cast<uint32_t>(step)};
}

}  // namespace

Stream BatchStream(const RunSeed& seed, int64_t step) {
  return StreamAt(seed, Purpose::kBatch, step);
}

Stream BatchStream(const RunSeed& seed, const FreshBatch& batch) {
  return StreamAt(seed, batch.purpose, batch.number);
}

Stream EpisodeStream(const RunSeed& seed, Purpose purpose) { return StreamAt(seed, purpose, 0); }

Stream DrawStream(const RunSeed& seed, int64_t step) {
  return StreamAt(seed, Purpose::kTaskDraw, step);
}

Stream DrawStream(const RunSeed& seed, const FreshBatch& batch) {
  const bool final = batch.purpose == Purpose::kFinalBatch;
  return StreamAt(seed, final ? Purpose::kFinalDraw : Purpose::kHeldOutDraw, batch.number);
}

// The splits share the numbers between them.
Stream MadeStream(const RunSeed& seed, const FreshBatch& batch) {
  constexpr int64_t kSplits = 4;
  FreshBatch own = batch;
  own.number = kSplits * batch.number + static_cast<int64_t>(batch.split);
  return DrawStream(seed, own);
}

}  // namespace paceline
