// The per-parameter network's weights, taken out of θ and laid out for the kernels.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "common/lopt/layout.h"
#include "worker/optim/arena.h"
#include "worker/optim/kernels.h"

namespace paceline {

struct MlpShape {
  size_t hidden = 0;
  size_t layers = 0;
  float exp_multiplier = 0;
  float step_multiplier = 0;
};

class MlpWeights {
 public:
  struct LayerPaths {
    std::string weight;
    std::string bias;
  };
  // `paths` [layers + 1]. Input f of the kernels is row input_rows[f] of the first layer in θ; its
  // last rows are the time features.
  MlpWeights(const ThetaLayout& layout, std::span<const float> theta, const MlpShape& shape,
             const std::vector<LayerPaths>& paths, std::span<const size_t> input_rows);

  const MlpView& view() const { return view_; }
  const float* time_weights() const { return time_weights_; }  // [11, padded_hidden]

  MlpWeights(const MlpWeights&) = delete;
  MlpWeights& operator=(const MlpWeights&) = delete;

 private:
  std::vector<float> storage_;
  MlpView view_;
  const float* time_weights_ = nullptr;
};

// Of `Update`'s scratch.
struct MlpScratch {
  float* start = nullptr;           // [padded_hidden]
  float* scaled_weights = nullptr;  // [inputs, padded_hidden]

  static MlpScratch Take(const MlpShape& shape, size_t inputs, FloatArena& arena) {
    const size_t width = Padded(shape.hidden);
    return {arena.Take(width), arena.Take(inputs * width)};
  }
};

}  // namespace paceline
