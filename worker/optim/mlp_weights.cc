#include "worker/optim/mlp_weights.h"

#include <algorithm>

namespace paceline {
namespace {

// Rows of `columns` values to rows of `stride`.
void CopyRows(const float* from, size_t rows, size_t columns, size_t stride, float* to) {
  for (size_t r = 0; r < rows; ++r) std::copy_n(from + r * columns, columns, to + r * stride);
}

}  // namespace

MlpWeights::MlpWeights(const ThetaLayout& layout, std::span<const float> theta,
                       const MlpShape& shape, const std::vector<LayerPaths>& paths,
                       std::span<const size_t> input_rows) {
  const size_t hidden = shape.hidden;
  const size_t width = Padded(hidden);
  const size_t middle = shape.layers - 1;
  const size_t inputs = input_rows.size();
  storage_.assign((inputs + kTimeFeatures + 1 + middle * (hidden + 1)) * width +
                      Padded(2 * hidden) + 3 * kLaneGroup,
                  0.0f);
  FloatArena arena{storage_};
  const auto leaf = [&](const std::string& path) { return &theta[layout.leaf(path).offset]; };

  const float* first = leaf(paths[0].weight);
  float* first_weights = arena.Take(inputs * width);
  for (size_t f = 0; f < inputs; ++f) {
    std::copy_n(first + input_rows[f] * hidden, hidden, first_weights + f * width);
  }
  float* time_weights = arena.Take(kTimeFeatures * width);
  CopyRows(first + inputs * hidden, kTimeFeatures, hidden, width, time_weights);
  float* first_bias = arena.Take(width);
  std::copy_n(leaf(paths[0].bias), hidden, first_bias);
  float* middle_weights = arena.Take(middle * hidden * width);
  float* middle_biases = arena.Take(middle * width);
  for (size_t i = 0; i < middle; ++i) {
    CopyRows(leaf(paths[i + 1].weight), hidden, hidden, width, middle_weights + i * hidden * width);
    std::copy_n(leaf(paths[i + 1].bias), hidden, middle_biases + i * width);
  }
  float* last_weights = arena.Take(2 * hidden);
  std::copy_n(leaf(paths.back().weight), 2 * hidden, last_weights);
  float* last_bias = arena.Take(2);
  std::copy_n(leaf(paths.back().bias), 2, last_bias);

  time_weights_ = time_weights;
  view_ = {.hidden = hidden,
           .padded_hidden = width,
           .layers = shape.layers,
           .first_weights = first_weights,
           .first_bias = first_bias,
           .middle_weights = middle_weights,
           .middle_biases = middle_biases,
           .last_weights = last_weights,
           .last_bias = last_bias,
           .exp_multiplier = shape.exp_multiplier,
           .step_multiplier = shape.step_multiplier};
}

}  // namespace paceline
