#include "worker/reference/per_parameter.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>

#include "worker/reference/setup.h"

namespace paceline {

std::vector<NetworkLeaves> LayersOf(uint32_t layers, const NetworkLeaves& prefix,
                                    const std::string& suffix_of_weights,
                                    const std::string& suffix_of_biases) {
  std::vector<NetworkLeaves> result;
  for (uint32_t i = 0; i <= layers; ++i) {
    const std::string number = std::to_string(i);
    result.push_back(
        {prefix.weights + number + suffix_of_weights, prefix.biases + number + suffix_of_biases});
  }
  return result;
}

at::Tensor ChosenColumns(const at::Tensor& all, const std::vector<uint8_t>& rows,
                         const at::Tensor& extra) {
  std::vector<at::Tensor> chosen;
  for (size_t column = 0; column < rows.size(); ++column) {
    if (rows[column] != kNoRow) chosen.push_back(all.narrow(1, static_cast<int64_t>(column), 1));
  }
  if (extra.defined()) chosen.push_back(extra);
  if (chosen.empty()) return all.narrow(1, 0, 0);
  return at::cat(chosen, 1);
}

std::vector<at::Tensor> Clipped(const v1::Clip& clip, const std::vector<at::Tensor>& gradients) {
  std::vector<at::Tensor> result = gradients;
  if (clip.has_element()) {
    for (at::Tensor& g : result) g = g.clamp(-clip.element(), clip.element());
  }
  if (!clip.has_global_norm() || result.empty()) return result;
  at::Tensor square;
  for (const at::Tensor& g : result) {
    const at::Tensor own = g.reshape({g.size(0), -1}).square().sum(1);
    square = square.defined() ? square + own : own;
  }
  const at::Tensor norm = square.sqrt();
  const at::Tensor factor =
      at::where(norm > clip.global_norm(), clip.global_norm() / norm, at::ones_like(norm));
  for (at::Tensor& g : result) g = g * Beside(factor, g);
  return result;
}

at::Tensor Sized(const v1::UpdateRms& update, const at::Tensor& step) {
  if (update.learning_rate() == 0) return step;
  const at::Tensor rms = step.square().mean(2, /*keepdim=*/true).sqrt();
  return step * (update.learning_rate() / (rms + update.epsilon()));
}

}  // namespace paceline
