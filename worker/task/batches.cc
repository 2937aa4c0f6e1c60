#include "worker/task/batches.h"

namespace paceline {

Stream BatchStream(const RunSeed& seed, int64_t step) {
  return {.key = seed.key,
          .purpose = Purpose::kBatch,
          .particle = seed.particle,
          .episode = seed.episode,
          .step = static_cast<uint32_t>(step)};
}

Stream BatchStream(const RunSeed& seed, const FreshBatch& batch) {
  Stream stream = BatchStream(seed, batch.number);
  stream.purpose = batch.purpose;
  return stream;
}

}  // namespace paceline
