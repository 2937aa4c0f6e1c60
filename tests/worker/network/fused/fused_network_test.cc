#include "worker/network/fused/fused_network.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros_like.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <bit>
#include <cmath>
#include <limits>

#include "common/base/aligned_floats.h"
#include "tests/testing/targets.h"
#include "tests/worker/network/fused/samples.h"
#include "worker/network/torch/plain.h"
#include "worker/network/torch/run_torch.h"

namespace paceline {
namespace {

using testing::InputsFor;
using testing::NetworkSample;
using testing::NetworkSamples;
using testing::ParametersFor;
using testing::RunnableTargets;

struct Result {
  double loss = 0;
  std::vector<double> gradient;  // [parameter]
};

// What the network says by itself, in double.
Result Plain(const Network& network, const std::vector<float>& parameters,
             const NetworkInputs& inputs) {
  const at::AutoGradMode with_autograd(true);
  std::vector<at::Tensor> leaves;
  for (const ParameterTensor& tensor : network.tensors) {
    float* const at = const_cast<float*>(parameters.data()) + tensor.offset;
    leaves.push_back(
        at::from_blob(at, tensor.shape, at::kFloat).to(at::kDouble).set_requires_grad(true));
  }
  const at::Tensor loss = RunPlain(network, leaves, inputs).loss;
  const std::vector<at::Tensor> slopes =
      torch::autograd::grad({loss}, leaves, {}, std::nullopt, false, /*allow_unused=*/true);
  Result result{loss.item<double>(), {}};
  for (size_t t = 0; t < leaves.size(); ++t) {
    const at::Tensor slope =
        (slopes[t].defined() ? slopes[t] : at::zeros_like(leaves[t])).contiguous();
    const double* const values = slope.const_data_ptr<double>();
    result.gradient.insert(result.gradient.end(), values, values + slope.numel());
  }
  return result;
}

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

struct Fused {
  float loss = 0;
  std::vector<float> gradient;
};

// Whatever is in scratch and gradient before must not matter.
Fused Compute(const FusedNetwork& network, const std::vector<float>& parameters,
              const NetworkInputs& inputs, float before = kNan) {
  AlignedFloats scratch(network.scratch_size());
  std::ranges::fill(scratch.span(), before);
  Fused result{0, std::vector<float>(parameters.size(), before)};
  result.loss = network.LossAndGradient(inputs, parameters, result.gradient, scratch.span());
  return result;
}

std::vector<uint32_t> BitsOf(const Fused& result) {
  std::vector<uint32_t> bits = {std::bit_cast<uint32_t>(result.loss)};
  for (const float value : result.gradient) bits.push_back(std::bit_cast<uint32_t>(value));
  return bits;
}

void ExpectClose(const Network& network, const Fused& fused, const Result& plain) {
  // Relative to the largest of a tensor's slopes, which float32's rounding is.
  constexpr double kTolerance = 2e-5;
  EXPECT_NEAR(fused.loss, plain.loss, kTolerance * (1 + std::fabs(plain.loss)));
  for (const ParameterTensor& tensor : network.tensors) {
    double largest = 0;
    for (size_t i = 0; i < tensor.size; ++i) {
      largest = std::max(largest, std::fabs(plain.gradient[tensor.offset + i]));
    }
    for (size_t i = 0; i < tensor.size; ++i) {
      const size_t at = tensor.offset + i;
      ASSERT_NEAR(fused.gradient[at], plain.gradient[at], kTolerance * largest + 1e-6)
          << tensor.name << " [" << i << "]";
    }
  }
}

TEST(FusedNetwork, IsWhatPlainLibTorchComputesInDouble) {
  UseOneTorchThread();
  for (const NetworkSample& sample : NetworkSamples()) {
    SCOPED_TRACE(sample.name);
    for (const uint32_t seed : {1u, 2u, 3u}) {
      const NetworkInputs inputs = InputsFor(sample.network, seed);
      const std::vector<float> parameters = ParametersFor(sample.network, seed);
      ExpectClose(sample.network, Compute(FusedNetwork(sample.network), parameters, inputs),
                  Plain(sample.network, parameters, inputs));
    }
  }
}

TEST(FusedNetwork, HasTheSameBitsOnEveryInstructionSet) {
  for (const NetworkSample& sample : NetworkSamples()) {
    SCOPED_TRACE(sample.name);
    const NetworkInputs inputs = InputsFor(sample.network, 4);
    const std::vector<float> parameters = ParametersFor(sample.network, 4);
    const std::vector<uint32_t> scalar =
        BitsOf(Compute(FusedNetwork(sample.network, lane::Target::kScalar), parameters, inputs));
    for (const lane::Target target : RunnableTargets()) {
      EXPECT_EQ(BitsOf(Compute(FusedNetwork(sample.network, target), parameters, inputs)), scalar)
          << lane::TargetName(target);
    }
  }
}

TEST(FusedNetwork, DoesNotDependOnWhatWasInScratch) {
  for (const NetworkSample& sample : NetworkSamples()) {
    SCOPED_TRACE(sample.name);
    const NetworkInputs inputs = InputsFor(sample.network, 5);
    const std::vector<float> parameters = ParametersFor(sample.network, 5);
    const FusedNetwork network(sample.network);
    EXPECT_EQ(BitsOf(Compute(network, parameters, inputs)),
              BitsOf(Compute(network, parameters, inputs, 1e30f)));
  }
}

TEST(FusedNetwork, ScoresTheLossAndTheLabelsThatAreNotOnTop) {
  UseOneTorchThread();
  for (const NetworkSample& sample : NetworkSamples()) {
    if (sample.network.logits < 0) continue;
    SCOPED_TRACE(sample.name);
    const NetworkInputs inputs = InputsFor(sample.network, 6);
    const std::vector<float> parameters = ParametersFor(sample.network, 6);
    const FusedNetwork network(sample.network);
    AlignedFloats scratch(network.scratch_size());
    std::ranges::fill(scratch.span(), kNan);
    const NetworkScore score = network.Score(inputs, parameters, scratch.span());
    EXPECT_EQ(score.loss, Compute(network, parameters, inputs).loss);
    if (sample.network.at(sample.network.labels).op != Op::kInput) continue;
    std::vector<at::Tensor> leaves;
    for (const ParameterTensor& tensor : sample.network.tensors) {
      float* const at = const_cast<float*>(parameters.data()) + tensor.offset;
      leaves.push_back(at::from_blob(at, tensor.shape, at::kFloat));
    }
    const at::Tensor best = RunPlain(sample.network, leaves, inputs).logits.argmax(-1);
    const int label_input = sample.network.at(sample.network.labels).index;
    const std::vector<int32_t>& labels = inputs.arrays[static_cast<size_t>(label_input)].tokens;
    float wrong = 0;
    for (size_t i = 0; i < labels.size(); ++i) {
      wrong += best.const_data_ptr<int64_t>()[i] != labels[i];
    }
    EXPECT_FLOAT_EQ(score.error, wrong / static_cast<float>(labels.size()));
  }
}

TEST(FusedNetwork, OfADivergedRunHasALossThatIsNotFinite) {
  for (const NetworkSample& sample : NetworkSamples()) {
    if (sample.network.logits < 0) continue;
    SCOPED_TRACE(sample.name);
    const NetworkInputs inputs = InputsFor(sample.network, 7);
    std::vector<float> parameters = ParametersFor(sample.network, 7);
    std::ranges::fill(parameters, kNan);
    EXPECT_FALSE(std::isfinite(Compute(FusedNetwork(sample.network), parameters, inputs).loss));
  }
}

}  // namespace
}  // namespace paceline
