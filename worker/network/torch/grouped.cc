#include "worker/network/torch/grouped.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/ones.h>

#include <limits>
#include <vector>

namespace paceline {
namespace {

at::Tensor Padded(const at::Tensor& x, const Window& window, double value) {
  const int64_t rows = x.size(2), columns = x.size(3);
  return at::constant_pad_nd(
      x, {window.Before(columns), window.After(columns), window.Before(rows), window.After(rows)},
      value);
}

}  // namespace

at::Tensor ConvolveGrouped(const at::Tensor& x, const at::Tensor& w, const at::Tensor& b,
                           const Window& window) {
  const int64_t runs = w.size(0), out = w.size(4);
  const at::Tensor kernels =
      w.permute({0, 4, 3, 1, 2}).reshape({runs * out, w.size(3), w.size(1), w.size(2)});
  const std::vector<int64_t> stride = {window.stride, window.stride};
  const int64_t no_padding = 0, no_dilation = 1;
  return at::conv2d(Padded(x, window, 0), kernels, b.defined() ? b.reshape({runs * out}) : b,
                    at::IntArrayRef(stride), at::IntArrayRef(no_padding),
                    at::IntArrayRef(no_dilation), /*groups=*/runs);
}

at::Tensor MaxPoolGrouped(const at::Tensor& x, const Window& window) {
  return at::max_pool2d(Padded(x, window, -std::numeric_limits<double>::infinity()),
                        {window.size, window.size}, {window.stride, window.stride});
}

// Sums over windows by those of ones.
at::Tensor MeanPoolGrouped(const at::Tensor& x, const Window& window) {
  const auto sums = [&](const at::Tensor& of) {
    return at::avg_pool2d(Padded(of, window, 0), {window.size, window.size},
                          {window.stride, window.stride});
  };
  return sums(x) / sums(at::ones({1, 1, x.size(2), x.size(3)}, x.options()));
}

at::Tensor BatchNormGrouped(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& offset,
                            double epsilon) {
  const at::Tensor centred = x - x.mean({0, 2, 3}, /*keepdim=*/true);
  const at::Tensor variance = centred.square().mean({0, 2, 3}, /*keepdim=*/true);
  return centred * (variance + epsilon).rsqrt() * scale.reshape({1, -1, 1, 1}) +
         offset.reshape({1, -1, 1, 1});
}

}  // namespace paceline
