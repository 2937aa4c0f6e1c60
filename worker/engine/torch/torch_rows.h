// The tensors of R runs in one piece of memory: a row for each run, in which they lie one after the
// other as the optimizers of worker/optim want them.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "worker/task/task.h"

namespace paceline {

// One view [run, shape...] of rows [run, stride] for each tensor.
std::vector<at::Tensor> RowViews(const at::Tensor& rows,
                                 const std::vector<ParameterTensor>& tensors);

class TorchRows {
 public:
  // Zeros. Every row begins at a multiple of 64 bytes.
  TorchRows(const std::vector<ParameterTensor>& tensors, int64_t runs, at::Device device);

  // A run's flat vector [parameter]; host memory only on the CPU.
  std::span<float> row(int64_t run);
  std::span<const float> row(int64_t run) const;
  // One view [run, shape...] for each tensor.
  const std::vector<at::Tensor>& views() const { return views_; }
  // [run, padded parameter]
  const at::Tensor& all() const { return all_; }

 private:
  size_t size_;  // of a row, without padding
  at::Tensor all_;
  std::vector<at::Tensor> views_;
};

}  // namespace paceline
