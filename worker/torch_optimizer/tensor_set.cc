#include "worker/torch_optimizer/tensor_set.h"

#include <algorithm>
#include <string>

namespace paceline {
namespace {

std::vector<ParameterTensor> Tensors(const std::vector<TensorSet::Seen>& seen) {
  std::vector<ParameterTensor> tensors;
  size_t offset = 0;
  for (const auto& [shape, kind] : seen) {
    size_t size = 1;
    for (const int64_t extent : shape) size *= static_cast<size_t>(extent);
    tensors.push_back({.name = "p" + std::to_string(tensors.size()),
                       .shape = shape,
                       .offset = offset,
                       .size = size,
                       .kind = kind});
    offset += size;
  }
  return tensors;
}

size_t TotalSize(const std::vector<ParameterTensor>& tensors) {
  return tensors.empty() ? 0 : tensors.back().offset + tensors.back().size;
}

}  // namespace

TensorSet::TensorSet(const v1::LearnedOptimizer& config, const std::vector<Seen>& tensors,
                     std::span<const float> theta)
    : tensors_(Tensors(tensors)),
      optimizer_(MakeOptimizer(config, tensors_, Arithmetic::kSimd)),
      prepared_(optimizer_->Prepare(theta)),
      gradient_(TotalSize(tensors_)),
      parameters_(TotalSize(tensors_)),
      state_(optimizer_->state_size()),
      scratch_(optimizer_->scratch_size()) {
  optimizer_->InitState(*prepared_, state_.span());
}

std::span<float> TensorSet::Tensor(std::span<float> flat, size_t number) const {
  return flat.subspan(tensors_[number].offset, tensors_[number].size);
}

void TensorSet::Update(float loss, int64_t num_steps) {
  optimizer_->Update(
      *prepared_,
      {.iteration = iteration_, .num_steps = num_steps, .loss = loss, .gradient = gradient_.data()},
      parameters_.span(), state_.span(), scratch_.span());
  ++iteration_;
}

bool TensorSet::Restore(int64_t iteration, std::span<const float> state) {
  if (iteration < 0 || state.size() != state_.size()) return false;
  iteration_ = iteration;
  std::ranges::copy(state, state_.span().begin());
  return true;
}

}  // namespace paceline
