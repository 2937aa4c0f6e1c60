// Every instruction set gives the scalar reference's bits, for every shape.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "tests/testing/sample_problems.h"
#include "tests/testing/samples.h"
#include "worker/optim/make.h"

namespace paceline {
namespace {

// As integers, so that NaN equals NaN and 0 does not equal −0.
bool SameBits(const std::vector<float>& a, const std::vector<float>& b) {
  return std::ranges::equal(a, b, {}, std::bit_cast<uint32_t, float>,
                            std::bit_cast<uint32_t, float>);
}

struct Outcome {
  std::vector<float> parameters;
  std::vector<float> state;
};

// `shift` moves all buffers off their alignment; scratch is full of NaN.
Outcome RunUpdates(const v1::LearnedOptimizer& config, const std::vector<ParameterTensor>& tensors,
                   lane::Target target, unsigned seed, float gradient_scale, size_t shift) {
  std::mt19937 random(seed);
  const auto optimizer = MakeOptimizerFor(config, tensors, target);
  const auto prepared = optimizer->Prepare(RandomTheta(config, random));
  const size_t size = tensors.back().offset + tensors.back().size;
  std::vector<float> parameters(size + shift), state(optimizer->state_size() + shift);
  const std::vector<float> initial = RandomValues(size, 1, random);
  std::copy(initial.begin(), initial.end(), parameters.begin() + shift);
  std::vector<float> scratch(optimizer->scratch_size() + shift, std::nanf(""));
  optimizer->InitState(*prepared, std::span(state).subspan(shift));
  for (int64_t iteration = 0; iteration < 5; ++iteration) {
    const std::vector<float> gradient = RandomValues(size, gradient_scale, random);
    const std::vector<float> curvature = RandomValues(size, gradient_scale, random);
    const bool probed = iteration % 2 == 1;
    const InnerStep step = {.iteration = 7 * iteration,
                            .num_steps = 1000,
                            .loss = 2.0f / static_cast<float>(1 + iteration % 3),
                            .is_valid = iteration == 3,
                            .gradient = gradient.data(),
                            .hessian_diagonal = probed ? curvature.data() : nullptr,
                            .gauss_newton_diagonal = probed ? curvature.data() : nullptr};
    optimizer->Update(*prepared, step, std::span(parameters).subspan(shift),
                      std::span(state).subspan(shift), std::span(scratch).subspan(shift));
  }
  parameters.erase(parameters.begin(), parameters.begin() + shift);
  state.erase(state.begin(), state.begin() + shift);
  return {parameters, state};
}

std::vector<lane::Target> RunnableTargets() {
  std::vector<lane::Target> targets;
  for (const auto target : {lane::Target::kAvx2, lane::Target::kAvx512}) {
    if (target <= lane::ActiveTarget()) targets.push_back(target);
  }
  return targets;
}

void ExpectSameBits(const v1::LearnedOptimizer& config,
                    const std::vector<std::vector<int64_t>>& shapes, unsigned seed,
                    float gradient_scale = 1) {
  const auto tensors = TensorsOf(shapes);
  const Outcome reference =
      RunUpdates(config, tensors, lane::Target::kScalar, seed, gradient_scale, 0);
  for (const lane::Target target : RunnableTargets()) {
    const Outcome outcome = RunUpdates(config, tensors, target, seed, gradient_scale, seed % 4);
    EXPECT_TRUE(SameBits(reference.parameters, outcome.parameters))
        << lane::TargetName(target) << " seed " << seed << "\n"
        << config.ShortDebugString();
    EXPECT_TRUE(SameBits(reference.state, outcome.state))
        << lane::TargetName(target) << " seed " << seed << "\n"
        << config.ShortDebugString();
  }
}

std::vector<v1::LearnedOptimizer> AllConfigs() {
  std::vector<v1::LearnedOptimizer> configs = Samples();
  for (const int hidden : {1, 3, 4, 8, 9, 16, 32, 45}) {
    configs.push_back(MlpLoptConfig(hidden, 2));
    configs.push_back(AdafacConfig(hidden, 2));
  }
  for (const int layers : {1, 3, 4}) {
    configs.push_back(MlpLoptConfig(5, layers));
    configs.push_back(AdafacConfig(5, layers));
  }
  return configs;
}

TEST(SameBits, OnEverySizeAroundALaneGroup) {
  for (const auto& config : AllConfigs()) {
    ExpectSameBits(config, {{}, {1}, {15}, {16}, {17}, {33}}, 1);
  }
}

TEST(SameBits, OnEveryRankAndAxisOrder) {
  for (const auto& config : AllConfigs()) {
    ExpectSameBits(config,
                   {{7, 5},
                    {6, 6},
                    {32, 10},
                    {1, 8},
                    {8, 1},
                    {16, 16},
                    {1, 1},
                    {17, 3, 2},
                    {2, 3, 17},
                    {3, 3, 4, 6},
                    {6, 4, 3, 3},
                    {1, 1, 1, 1}},
                   2);
  }
}

TEST(SameBits, OnRandomShapes) {
  std::mt19937 random(11);
  for (unsigned trial = 0; trial < 60; ++trial) {
    std::vector<std::vector<int64_t>> shapes;
    for (int tensor = 0; tensor < 3; ++tensor) {
      std::vector<int64_t> shape(random() % 5);
      for (int64_t& axis : shape) axis = 1 + random() % (shape.size() > 2 ? 7 : 40);
      shapes.push_back(shape);
    }
    ExpectSameBits(AdafacConfig(4, 2), shapes, trial);
    ExpectSameBits(MlpLoptConfig(8, 2), shapes, trial);
    ExpectSameBits(AggregatedConfig(), shapes, trial);
    ExpectSameBits(Celo2Config(8, 2), shapes, trial);
    ExpectSameBits(WithCurvature(AdafacConfig(4, 2)), shapes, trial);
    ExpectSameBits(HyperV2Config(), shapes, trial);
    ExpectSameBits(RnnMlpConfig(), shapes, trial);
  }
}

TEST(SameBits, OnEmptyTensors) {
  for (const auto& config : AllConfigs()) ExpectSameBits(config, {{0}, {3, 0}, {4, 5}, {0, 2}}, 6);
}

TEST(SameBits, OnTheWidestNetwork) {
  ExpectSameBits(MlpLoptConfig(512, 2), {{5, 7}}, 3);
  ExpectSameBits(AdafacConfig(512, 3), {{5, 7}, {3}}, 3);
  ExpectSameBits(RnnMlpConfig(256, 4, 64), {{5, 7}, {3}}, 3);
  ExpectSameBits(HyperV2Config(64, 20, 64, 4), {{5, 7}, {3}}, 3);
}

TEST(SameBits, OnTinyAndHugeGradients) {
  for (const auto& config : AllConfigs()) {
    ExpectSameBits(config, {{20, 20}, {10}, {}}, 4, 1e-30f);
    ExpectSameBits(config, {{20, 20}, {10}, {}}, 5, 1e6f);
  }
}

}  // namespace
}  // namespace paceline
