// Clipped gradients, steps of a given size, chosen features: what each promises of any family.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "common/lopt/features.h"
#include "tests/testing/sample_optimizers.h"
#include "tests/testing/sample_problems.h"

namespace paceline {
namespace {

const std::vector<std::vector<int64_t>> kShapes = {{12, 20}, {7}, {}, {3, 2, 5}};

struct Trial {
  explicit Trial(const v1::LearnedOptimizer& config, const std::vector<float>& theta)
      : tensors(TensorsOf(kShapes)),
        optimizer(MakeOptimizer(config, tensors, Arithmetic::kSimd)),
        prepared(optimizer->Prepare(theta)),
        state(optimizer->state_size()),
        scratch(optimizer->scratch_size(), NAN),
        parameters(tensors.back().offset + tensors.back().size) {
    std::mt19937 random(8);
    parameters = RandomValues(parameters.size(), 1, random);
    optimizer->InitState(*prepared, state);
  }
  explicit Trial(const v1::LearnedOptimizer& config) : Trial(config, ThetaOf(config)) {}
  static std::vector<float> ThetaOf(const v1::LearnedOptimizer& config) {
    std::mt19937 random(9);
    return RandomTheta(config, random);
  }
  void Update(const std::vector<float>& gradient) {
    optimizer->Update(*prepared, {.iteration = iteration++, .gradient = gradient.data()},
                      parameters, state, scratch);
  }

  std::vector<ParameterTensor> tensors;
  std::unique_ptr<Optimizer> optimizer;
  std::unique_ptr<PreparedTheta> prepared;
  std::vector<float> state, scratch, parameters;
  int64_t iteration = 0;
};

std::vector<v1::LearnedOptimizer> Families() {
  return {MlpLoptConfig(8, 2), AdafacConfig(4, 2), MuAdafacConfig(4, 2),
          NominalConfig(v1::NOMINAL_DIRECTION_ADAM, 4, 2), LinearConfig(false)};
}

template <class Set>
void SetIn(v1::LearnedOptimizer& config, const Set& set) {
  if (config.has_mlp_lopt()) set(*config.mutable_mlp_lopt());
  if (config.has_adafac_mlp()) set(*config.mutable_adafac_mlp());
  if (config.has_mu_adafac_mlp()) set(*config.mutable_mu_adafac_mlp());
  if (config.has_mlp_nom_lopt()) set(*config.mutable_mlp_nom_lopt());
  if (config.has_linear()) set(*config.mutable_linear());
  if (config.has_celo2()) set(*config.mutable_celo2());
}

double RmsOfMove(const Trial& run, const std::vector<float>& before,
                 const ParameterTensor& tensor) {
  double sum = 0;
  for (size_t i = tensor.offset; i < tensor.offset + tensor.size; ++i) {
    sum += std::pow(static_cast<double>(run.parameters[i]) - before[i], 2);
  }
  return std::sqrt(sum / static_cast<double>(tensor.size));
}

TEST(StepSize, IsTheStepsRootMeanSquareOverEveryTensor) {
  std::mt19937 random(10);
  for (v1::LearnedOptimizer config : Families()) {
    if (config.has_mlp_nom_lopt()) config.mutable_mlp_nom_lopt()->set_weight_decay(0);
    SetIn(config, [](auto& own) {
      if constexpr (requires { own.mutable_update_rms(); }) {
        own.mutable_update_rms()->set_learning_rate(0.02);
        own.mutable_update_rms()->set_epsilon(1e-9);
      }
    });
    Trial run(config);
    for (int update = 0; update < 3; ++update) {
      const std::vector<float> before = run.parameters;
      run.Update(RandomValues(before.size(), 1, random));
      for (const ParameterTensor& tensor : run.tensors) {
        EXPECT_NEAR(RmsOfMove(run, before, tensor), 0.02, 1e-6)
            << tensor.name << " " << config.ShortDebugString();
      }
    }
  }
}

TEST(StepSize, OfCelo2sMatricesIsTheLearningRate) {
  std::mt19937 random(11);
  v1::LearnedOptimizer config = Celo2Config(8, 2);
  config.mutable_celo2()->set_weight_decay(0);
  Trial run(config);
  const std::vector<float> before = run.parameters;
  run.Update(RandomValues(before.size(), 1, random));
  EXPECT_NEAR(RmsOfMove(run, before, run.tensors[0]), 0.01, 1e-7);
  EXPECT_NEAR(RmsOfMove(run, before, run.tensors[3]), 0.01, 1e-7);
  // Adam's first step is its learning rate, 20 times as large.
  EXPECT_NEAR(RmsOfMove(run, before, run.tensors[1]), 0.2, 1e-4);
}

// The same as an optimizer that is given the clipped gradient.
void ExpectClips(double element, double norm) {
  std::mt19937 random(12);
  auto families = Families();
  families.push_back(Celo2Config(8, 2));
  for (const v1::LearnedOptimizer& plain : families) {
    v1::LearnedOptimizer clipping = plain;
    SetIn(clipping, [&](auto& own) {
      if (element > 0) own.mutable_clip()->set_element(element);
      if (norm > 0) own.mutable_clip()->set_global_norm(norm);
    });
    Trial expected(plain), run(clipping);
    for (int update = 0; update < 4; ++update) {
      std::vector<float> gradient = RandomValues(run.parameters.size(), 1, random);
      run.Update(gradient);
      const double length =
          std::sqrt(std::inner_product(gradient.begin(), gradient.end(), gradient.begin(), 0.0));
      for (float& g : gradient) {
        if (element > 0)
          g = std::clamp(g, -static_cast<float>(element), static_cast<float>(element));
        if (norm > 0 && length > norm) g *= static_cast<float>(norm / length);
      }
      expected.Update(gradient);
    }
    for (size_t i = 0; i < run.parameters.size(); ++i) {
      ASSERT_NEAR(run.parameters[i], expected.parameters[i], 2e-5) << plain.ShortDebugString();
    }
  }
}

TEST(Clipping, ByElementIsAsIfTheGradientHadBeenClipped) { ExpectClips(0.3, 0); }
TEST(Clipping, ByGlobalNormIsAsIfTheGradientHadBeenScaled) { ExpectClips(0, 2); }
TEST(Clipping, AShortGradientStaysAsItIs) { ExpectClips(0, 1e6); }

TEST(Clipping, ByGlobalNormKeepsAnyFiniteGradientFinite) {
  v1::LearnedOptimizer config = AdafacConfig(4, 2);
  config.mutable_adafac_mlp()->mutable_clip()->set_global_norm(1);
  Trial run(config);
  std::vector<float> gradient(run.parameters.size(), 1e30f);
  run.Update(gradient);
  gradient.assign(gradient.size(), 0.0f);
  run.Update(gradient);
  for (const float p : run.parameters) EXPECT_TRUE(std::isfinite(p));
}

// Weights of 0 in place of a group that is left out.
TEST(Features, WhatIsLeftOutCountsAsWeightsOfZero) {
  std::mt19937 random(13);
  const v1::LearnedOptimizer all = AdafacConfig(4, 2);
  v1::LearnedOptimizer few = all;
  for (const auto feature : {v1::ADAFAC_FEATURE_GRADIENT, v1::ADAFAC_FEATURE_ROW,
                             v1::ADAFAC_FEATURE_FACTORED_MOMENTUM}) {
    few.mutable_adafac_mlp()->add_features(feature);
  }
  const std::vector<float> theta = Trial::ThetaOf(few);
  const ThetaLayout small = LayoutOf(few), large = LayoutOf(all);
  std::vector<float> spread(large.size);
  for (const ThetaLeaf& leaf : small.leaves) {
    if (leaf.path == "nn/~/w0") continue;
    std::copy_n(theta.begin() + leaf.offset, leaf.size,
                spread.begin() + large.leaf(leaf.path).offset);
  }
  const FeatureRows rows = RowsOf(few.adafac_mlp());
  for (size_t column = 0; column < rows.own.size(); ++column) {
    if (rows.own[column] == kNoRow) continue;
    std::copy_n(theta.begin() + small.leaf("nn/~/w0").offset + 4 * rows.own[column], 4,
                spread.begin() + large.leaf("nn/~/w0").offset + 4 * column);
  }
  Trial run(few, theta), expected(all, spread);
  for (int update = 0; update < 3; ++update) {
    const std::vector<float> gradient = RandomValues(run.parameters.size(), 1, random);
    run.Update(gradient);
    expected.Update(gradient);
  }
  EXPECT_EQ(run.parameters, expected.parameters);
}

// Before any probe, whatever their weights.
TEST(Features, FromCurvatureAreZeroUntilAnEstimateComes) {
  std::mt19937 random(14);
  const v1::LearnedOptimizer config = WithCurvature(AdafacConfig(4, 2));
  std::vector<float> theta = Trial::ThetaOf(config), other = theta;
  const FeatureRows rows = RowsOf(config.adafac_mlp());
  const size_t w0 = LayoutOf(config).leaf("nn/~/w0").offset;
  for (const uint8_t row : rows.curvature) {
    for (size_t h = 0; h < 4; ++h) other[w0 + 4u * row + h] += 3;
  }
  Trial run(config, theta), changed(config, other);
  for (int update = 0; update < 3; ++update) {
    const std::vector<float> gradient = RandomValues(run.parameters.size(), 1, random);
    run.Update(gradient);
    changed.Update(gradient);
  }
  EXPECT_EQ(run.parameters, changed.parameters);
  const std::vector<float> gradient = RandomValues(run.parameters.size(), 1, random);
  for (Trial* each : {&run, &changed}) {
    each->optimizer->Update(
        *each->prepared,
        {.iteration = 3, .gradient = gradient.data(), .hessian_diagonal = gradient.data()},
        each->parameters, each->state, each->scratch);
  }
  EXPECT_NE(run.parameters, changed.parameters);
}

}  // namespace
}  // namespace paceline
