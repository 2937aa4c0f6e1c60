// Small tasks for the tests of the engine.
#pragma once

#include <vector>

#include "paceline/v1/task.pb.h"

namespace paceline {

inline v1::Task SmallMlpTask(const std::vector<uint32_t>& hidden) {
  v1::Task config;
  v1::ImageMlp& mlp = *config.mutable_image_mlp();
  mlp.set_dataset(v1::DATASET_FASHION_MNIST);
  mlp.set_size(8);
  for (const uint32_t width : hidden) mlp.add_hidden(width);
  mlp.set_activation(v1::ACTIVATION_RELU);
  mlp.set_batch(32);
  return config;
}

}  // namespace paceline
