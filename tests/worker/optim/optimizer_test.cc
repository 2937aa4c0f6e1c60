#include "worker/optim/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/testing/sample_optimizers.h"
#include "tests/testing/sample_problems.h"
#include "tests/testing/sample_recurrent.h"

namespace paceline {
namespace {

struct Runner {
  std::unique_ptr<Optimizer> optimizer;
  std::unique_ptr<PreparedTheta> prepared;
  std::vector<float> state, scratch;
  int64_t iteration = 0;

  Runner(const v1::LearnedOptimizer& config, const std::vector<ParameterTensor>& tensors,
         const std::vector<float>& theta)
      : optimizer(MakeOptimizer(config, tensors, Arithmetic::kSimd)),
        prepared(optimizer->Prepare(theta)),
        state(optimizer->state_size(), std::nanf("")),
        scratch(optimizer->scratch_size(), std::nanf("")) {
    optimizer->InitState(*prepared, state);
  }
  void Update(const std::vector<float>& gradient, std::vector<float>& parameters) {
    const InnerStep step = {
        .iteration = iteration++, .num_steps = 1000, .loss = 1, .gradient = gradient.data()};
    optimizer->Update(*prepared, step, parameters, state, scratch);
  }
};

TEST(Optimizer, LearnableSgdDescendsByItsRateTimesTheGradient) {
  Runner run(SgdConfig(), TensorsOf({{3}}), InitialTheta(LayoutOf(SgdConfig()), 1));
  std::vector<float> p = {1, 2, 3};
  run.Update({1, -2, 0}, p);
  EXPECT_FLOAT_EQ(p[0], 0.99f);
  EXPECT_FLOAT_EQ(p[1], 2.02f);
  EXPECT_FLOAT_EQ(p[2], 3.0f);
}

TEST(Optimizer, LearnableSgdmGathersSpeed) {
  Runner run(SgdmConfig(), TensorsOf({{1}}), InitialTheta(LayoutOf(SgdmConfig()), 1));
  std::vector<float> p = {0};
  for (int i = 0; i < 200; ++i) run.Update({1}, p);
  const float before = p[0];
  run.Update({1}, p);
  EXPECT_NEAR(before - p[0], 0.1, 1e-5);
}

TEST(Optimizer, LearnableAdamsFirstStepIsItsRateWhateverTheGradient) {
  Runner run(AdamConfig(), TensorsOf({{2}}), InitialTheta(LayoutOf(AdamConfig()), 1));
  std::vector<float> p = {0, 0};
  run.Update({5, -300}, p);
  EXPECT_NEAR(p[0], -0.001, 1e-8);
  EXPECT_NEAR(p[1], 0.001, 1e-8);
}

TEST(Optimizer, AdamsBiasCorrectionFadesOverAMillionSteps) {
  Runner run(AdamConfig(), TensorsOf({{1}}), InitialTheta(LayoutOf(AdamConfig()), 1));
  run.iteration = 1'000'000;
  std::vector<float> p = {0};
  run.Update({1}, p);
  // m = 0.1, v = 0.001
  EXPECT_NEAR(p[0], -0.001 * 0.1 / std::sqrt(0.001), 1e-7);
}

TEST(Optimizer, ADivergedRunSpreadsNanWithoutHarm) {
  const float inf = std::numeric_limits<float>::infinity();
  for (const auto& config : {SgdConfig(), SgdmConfig(), AdamConfig(), MlpLoptConfig(32, 2),
                             AdafacConfig(4, 2), NnAdamConfig(), RnnMlpConfig(), HyperV2Config()}) {
    const auto tensors = TensorsOf({{20, 5}, {7}, {}});
    for (const float bad : {std::nanf(""), inf, -inf, 3e38f}) {
      std::mt19937 random(1);
      Runner run(config, tensors, RandomTheta(config, random));
      std::vector<float> p(108, 1.0f), g(108, 0.5f);
      g[13] = bad;
      for (int i = 0; i < 3; ++i) run.Update(g, p);
      EXPECT_EQ(p.size(), 108u);
    }
  }
}

TEST(Optimizer, NetworksOfDivergedRunsDoNotHideNan) {
  for (const auto& config : {MlpLoptConfig(32, 2), AdafacConfig(4, 2)}) {
    Runner run(config, TensorsOf({{4, 4}}), InitialTheta(LayoutOf(config), 1));
    std::vector<float> p(16, 1.0f), g(16, 0.5f);
    g[3] = std::nanf("");
    run.Update(g, p);
    EXPECT_TRUE(std::isnan(p[3]));
  }
}

TEST(Optimizer, TensorsDoNotTouchEachOther) {
  for (const auto& config : {MlpLoptConfig(8, 2), AdafacConfig(4, 2)}) {
    std::mt19937 random(9);
    const std::vector<float> theta = RandomTheta(config, random);
    const std::vector<float> p0 = RandomValues(35, 1, random), g0 = RandomValues(35, 1, random);
    Runner alone(config, TensorsOf({{7, 5}}), theta);
    Runner together(config, TensorsOf({{7, 5}, {11}}), theta);
    std::vector<float> p = p0, q = p0, g = g0;
    q.resize(46, 2.0f);
    g.resize(46, 100.0f);
    for (int i = 0; i < 3; ++i) {
      alone.Update(g0, p);
      together.Update(g, q);
    }
    EXPECT_EQ(p, std::vector<float>(q.begin(), q.begin() + 35));
  }
}

TEST(Optimizer, PreparedDecaysFollowTheta) {
  const auto config = AdafacConfig(4, 2);
  const auto tensors = TensorsOf({{6, 4}});
  std::vector<float> theta = InitialTheta(LayoutOf(config), 1);
  std::vector<float> p(24, 1.0f), q = p, g(24, 0.5f);
  g[3] = -2;
  Runner before(config, tensors, theta);
  theta[LayoutOf(config).leaf("momentum_decays").offset] += 0.05f;
  Runner after(config, tensors, theta);
  for (int i = 0; i < 3; ++i) {
    before.Update(g, p);
    after.Update(g, q);
  }
  EXPECT_NE(before.state, after.state);
}

}  // namespace
}  // namespace paceline
