// What augmentations do to a batch before a task sees it: input_scale and label_noise
// (augment.proto).
#pragma once

#include <cstdint>
#include <span>

#include "worker/task/task.h"

namespace paceline {

struct BatchChange {
  // Of images and features, in every batch.
  float input_scale = 1;
  // The part of a training batch's labels that is drawn anew, on average.
  double label_noise = 0;

  void Scale(std::span<float> inputs) const;
  // labels: of the batch of inner step `step`, each below `classes`. Label i is drawn anew by
  // numbers 2i (whether) and 2i + 1 (which class, as likely as another) of its stream.
  void RedrawLabels(const RunSeed& seed, int64_t step, uint32_t classes,
                    std::span<int32_t> labels) const;
};

}  // namespace paceline
