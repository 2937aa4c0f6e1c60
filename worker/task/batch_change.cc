#include "worker/task/batch_change.h"

#include <vector>

#include "worker/task/batches.h"

namespace paceline {

void BatchChange::Scale(std::span<float> inputs) const {
  if (input_scale == 1) return;
  for (float& input : inputs) input *= input_scale;
}

void BatchChange::RedrawLabels(const RunSeed& seed, int64_t step, uint32_t classes,
                               std::span<int32_t> labels) const {
  if (label_noise == 0) return;
  Stream stream = BatchStream(seed, step);
  stream.purpose = Purpose::kAugmentLabels;
  std::vector<uint32_t> words(2 * labels.size());
  FillWords(stream, 0, words);
  for (size_t i = 0; i < labels.size(); ++i) {
    if (!(words[2 * i] * 0x1p-32 < label_noise)) continue;
    labels[i] = static_cast<int32_t>(uint64_t{words[2 * i + 1]} * classes >> 32);
  }
}

}  // namespace paceline
