// What R inner runs carry from update to update: one tensor [run, shape...] for each slot.
//
// Values are replaced, never written into, so that gradients flow from one update to those before
// it until Detach cuts them off.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace paceline {

class RunStates {
 public:
  using Slot = size_t;

  RunStates(int64_t runs, const at::TensorOptions& options);

  // A slot of this shape, without the axis [run], that starts at `initial`.
  Slot Add(const std::vector<int64_t>& shape, double initial = 0);
  // What runs that begin from now on start with, [run, shape...]: initial states that are part of
  // θ.
  void SetInitial(Slot slot, const at::Tensor& initial);

  // The slot's value; assign to it to replace it.
  at::Tensor& operator[](Slot slot) { return values_[slot]; }
  const at::Tensor& operator[](Slot slot) const { return values_[slot]; }

  // The run is to begin anew.
  void Reset(int64_t run) { fresh_[run] = true; }
  // Gives every run that is to begin its initial values. All runs are to begin at first.
  void Begin();
  void Copy(int64_t from, int64_t to);
  // Values stay; gradients no longer flow to what they were computed from.
  void Detach();

  int64_t runs() const { return static_cast<int64_t>(fresh_.size()); }
  const at::TensorOptions& options() const { return options_; }

 private:
  at::TensorOptions options_;
  std::vector<bool> fresh_;           // [run]
  std::vector<at::Tensor> initials_;  // [slot]
  std::vector<at::Tensor> values_;    // [slot]
};

}  // namespace paceline
