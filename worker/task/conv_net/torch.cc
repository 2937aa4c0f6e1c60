#include "worker/task/conv_net/torch.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>

#include "common/task/conv_net.h"
#include "worker/task/torch/parts.h"

namespace paceline {
namespace {

// x [example, run · in, row, column], weights [run, 3, 3, in, out], biases [run, out] →
// [example, run · out, row, column].
at::Tensor Convolve(const at::Tensor& x, const at::Tensor& weights, const at::Tensor& biases,
                    const ConvPlace& place) {
  const int64_t runs = weights.size(0), in = weights.size(3), out = weights.size(4);
  const at::Tensor kernels =
      weights.permute({0, 4, 3, 1, 2}).reshape({runs * out, in, kConvKernel, kConvKernel});
  const int64_t before = place.before(), after = place.after();
  const int64_t no_padding = 0, no_dilation = 1;
  return at::conv2d(at::constant_pad_nd(x, {before, after, before, after}), kernels,
                    biases.reshape({runs * out}), at::IntArrayRef(place.stride),
                    at::IntArrayRef(no_padding), at::IntArrayRef(no_dilation), /*groups=*/runs);
}

at::Tensor Pooled(v1::Pool pool, const at::Tensor& x) {
  return pool == v1::POOL_MAX ? at::amax(x, {2, 3}) : x.mean(at::IntArrayRef{2, 3});
}

}  // namespace

TorchLoss ConvNetTorchLoss(const v1::ConvNet& config) {
  const v1::Activation activation = config.activation();
  const v1::Pool pool = config.pool();
  return [=](const std::vector<at::Tensor>& p, const TorchBatch& batch) {
    // [run, example, row, column, channel]
    const at::Tensor images = batch.arrays.at(0).to(p.front().scalar_type());
    const int64_t runs = images.size(0), examples = images.size(1), size = images.size(2);
    at::Tensor x =
        images.permute({1, 0, 4, 2, 3}).reshape({examples, runs * images.size(4), size, size});
    const size_t layers = p.size() / 2 - 1;
    const std::vector<ConvPlace> places = ConvPlaces(size, layers);
    for (size_t i = 0; i < layers; ++i) {
      x = Activate(activation, Convolve(x, p[2 * i], p[2 * i + 1], places[i]));
    }
    const at::Tensor pooled = Pooled(pool, x).view({examples, runs, -1}).transpose(0, 1);
    return CrossEntropy(Logits(pooled, p[2 * layers], p[2 * layers + 1]), batch.arrays.at(1));
  };
}

}  // namespace paceline
