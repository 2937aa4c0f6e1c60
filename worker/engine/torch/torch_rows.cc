#include "worker/engine/torch/torch_rows.h"

#include <ATen/ops/zeros.h>

namespace paceline {
namespace {

constexpr size_t kFloatsPer64Bytes = 16;

size_t SizeOf(const std::vector<ParameterTensor>& tensors) {
  return tensors.back().offset + tensors.back().size;
}

}  // namespace

TorchRows::TorchRows(const std::vector<ParameterTensor>& tensors, int64_t runs, at::Device device)
    : size_(SizeOf(tensors)) {
  const size_t stride = (size_ + kFloatsPer64Bytes - 1) / kFloatsPer64Bytes * kFloatsPer64Bytes;
  // LibTorch's allocations begin at multiples of 64 bytes.
  all_ = at::zeros({runs, static_cast<int64_t>(stride)}, at::kFloat).to(device);
  views_ = RowViews(all_, tensors);
}

std::vector<at::Tensor> RowViews(const at::Tensor& rows,
                                 const std::vector<ParameterTensor>& tensors) {
  std::vector<at::Tensor> views;
  for (const ParameterTensor& tensor : tensors) {
    std::vector<int64_t> shape = {rows.size(0)};
    shape.insert(shape.end(), tensor.shape.begin(), tensor.shape.end());
    views.push_back(
        rows.narrow(1, static_cast<int64_t>(tensor.offset), static_cast<int64_t>(tensor.size))
            .view(shape));
  }
  return views;
}

std::span<float> TorchRows::row(int64_t run) {
  return {all_.mutable_data_ptr<float>() + run * all_.stride(0), size_};
}
std::span<const float> TorchRows::row(int64_t run) const {
  return {all_.const_data_ptr<float>() + run * all_.stride(0), size_};
}

}  // namespace paceline
