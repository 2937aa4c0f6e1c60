#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <new>
#include <thread>

#include "tests/testing/samples.h"
#include "tests/testing/small_networks.h"
#include "tests/worker/engine/torch/fixtures.h"
#include "worker/network/torch/run_torch.h"

namespace paceline {
namespace {

using testing::Adafac;
using testing::Runs;
using testing::SmallConvNet;
using testing::SmallMlp;
using testing::SmallQuadratic;

// Relative to what is large, absolute to what is small.
void ExpectClose(const std::vector<float>& actual, const std::vector<float>& expected,
                 float tolerance) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i) {
    ASSERT_NEAR(actual[i], expected[i], tolerance * std::max(1.0f, std::abs(expected[i])))
        << "at index " << i;
  }
}

void ExpectAgreementWithTheReference(Runs& runs, int64_t steps) {
  const auto torch = runs.Torch();
  const auto reference = runs.Reference();
  ExpectClose(runs.Advance(*torch, steps), runs.Advance(*reference, steps), 2e-5f);
  for (int run = 0; run < 3; ++run) {
    ExpectClose(torch->Parameters(run), reference->Parameters(run), 2e-5f);
  }
}

std::vector<float> Row(const std::vector<float>& losses, int run, int64_t steps) {
  return {losses.begin() + run * steps, losses.begin() + (run + 1) * steps};
}

// Their LSTMs see sign and size of a tensor's mean gradient. In a classifier's last layer that is a
// sum over the softmax's classes, 0 but for rounding: no two orders of summation agree on it.
bool SeesMeanGradients(const std::string& family) {
  return family == "nn_adam" || family == "rnn_mlp_lopt" || family == "hyper_v2";
}

TEST(TorchRuns, EveryOptimizerAgreesWithTheReferenceOnAnMlp) {
  for (const auto& [name, config] : FamilySamples()) {
    if (SeesMeanGradients(name)) continue;
    SCOPED_TRACE(name);
    Runs runs(SmallMlp(), config, 3);
    ExpectAgreementWithTheReference(runs, 20);
  }
}

TEST(TorchRuns, EveryOptimizerAgreesWithTheReferenceOnEveryQuadratic) {
  for (const auto& [name, config] : FamilySamples()) {
    for (int kind = v1::QUADRATIC_KIND_PLAIN; kind <= v1::QUADRATIC_KIND_LOG; ++kind) {
      SCOPED_TRACE(name + " on " + v1::QuadraticKind_Name(kind));
      Runs runs(SmallQuadratic(static_cast<v1::QuadraticKind>(kind)), config, 3);
      ExpectAgreementWithTheReference(runs, 10);
    }
  }
}

TEST(TorchRuns, AConvNetAgreesWithTheReference) {
  for (const auto pool : {v1::POOL_AVG, v1::POOL_MAX}) {
    SCOPED_TRACE(v1::Pool_Name(pool));
    Runs runs(SmallConvNet(pool), Adafac(), 3);
    ExpectAgreementWithTheReference(runs, 20);
  }
  v1::Task bare = SmallConvNet();
  bare.mutable_conv_net()->clear_channels();
  Runs runs(bare, Adafac(), 3);
  ExpectAgreementWithTheReference(runs, 10);
}

// By momentum: what normalises gradients makes steps of the rounding where they are exactly 0, as
// those of biases before a batch norm.
TEST(TorchRuns, EveryNetworkAgreesWithTheReference) {
  for (const v1::Task& task : testing::SmallNetworks()) {
    SCOPED_TRACE(task.ShortDebugString());
    Runs runs(task, FamilySamples()[1].config, 3);
    ExpectAgreementWithTheReference(runs, 5);
  }
}

TEST(TorchRuns, EveryActivationAgreesWithTheReference) {
  for (int i = v1::ACTIVATION_RELU; i <= v1::Activation_MAX; ++i) {
    SCOPED_TRACE(v1::Activation_Name(i));
    Runs runs(SmallMlp(static_cast<v1::Activation>(i)), FamilySamples()[1].config, 3);
    ExpectAgreementWithTheReference(runs, 5);
  }
}

TEST(TorchRuns, LogisticRegressionHasNoHiddenLayer) {
  v1::Task config = SmallMlp();
  config.mutable_image_mlp()->clear_hidden();
  Runs runs(config, Adafac(), 3);
  ExpectAgreementWithTheReference(runs, 10);
}

TEST(TorchRuns, WindowsJoinSeamlessly) {
  Runs runs(SmallMlp(), Adafac(), 2);
  const auto whole = runs.Torch();
  const auto parts = runs.Torch();
  runs.Advance(*whole, 7);
  runs.Advance(*parts, 3);
  runs.Advance(*parts, 4);
  EXPECT_EQ(parts->Parameters(0), whole->Parameters(0));
  EXPECT_EQ(parts->Parameters(1), whole->Parameters(1));
}

TEST(TorchRuns, ARestartedRunGoesAsTheFirstTimeWhileTheOthersGoOn) {
  for (const auto& [name, config] : FamilySamples()) {
    SCOPED_TRACE(name);
    Runs runs(SmallMlp(), config, 3);
    const auto unbroken = runs.Torch();
    const std::vector<float> first = runs.Advance(*unbroken, 5);
    const std::vector<float> second = runs.Advance(*unbroken, 5);

    const auto restarted = runs.Torch();
    runs.Advance(*restarted, 5);
    runs.Start(*restarted, 1);
    const std::vector<float> again = runs.Advance(*restarted, 5);
    EXPECT_EQ(Row(again, 0, 5), Row(second, 0, 5));
    EXPECT_EQ(Row(again, 1, 5), Row(first, 1, 5));
    EXPECT_EQ(Row(again, 2, 5), Row(second, 2, 5));
  }
}

TEST(TorchRuns, CopyCarriesEverything) {
  const std::vector<v1::Task> tasks = {SmallMlp(), SmallQuadratic(v1::QUADRATIC_KIND_TARGET),
                                       SmallQuadratic(v1::QUADRATIC_KIND_NOISY_GRADIENT)};
  for (const v1::Task& task : tasks) {
    for (const auto& [name, config] : FamilySamples()) {
      SCOPED_TRACE(name);
      Runs runs(task, config, 3);
      std::copy(runs.theta(0).begin(), runs.theta(0).end(), runs.theta(2).begin());
      const auto torch = runs.Torch();
      runs.Advance(*torch, 3);
      runs.Start(*torch, 2);
      EXPECT_NE(torch->Parameters(2), torch->Parameters(0));
      torch->Copy(0, 2);
      const std::vector<float> losses = runs.Advance(*torch, 4);
      EXPECT_EQ(Row(losses, 2, 4), Row(losses, 0, 4));
      EXPECT_EQ(torch->Parameters(2), torch->Parameters(0));
      const auto undisturbed = runs.Torch();
      runs.Advance(*undisturbed, 3);
      runs.Advance(*undisturbed, 4);
      EXPECT_EQ(torch->Parameters(1), undisturbed->Parameters(1));
    }
  }
}

TEST(TorchRuns, APoisonedRunLeavesTheOthersBitwiseUnchanged) {
  for (const float poison : {1e30f, std::numeric_limits<float>::infinity(), NAN}) {
    for (const auto& [name, config] : FamilySamples()) {
      SCOPED_TRACE(name);
      Runs runs(SmallMlp(), config, 4);
      const auto healthy = runs.Torch();
      const std::vector<float> expected = runs.Advance(*healthy, 6);
      std::fill(runs.theta(1).begin(), runs.theta(1).end(), poison);
      const auto poisoned = runs.Torch();
      const std::vector<float> losses = runs.Advance(*poisoned, 6);
      EXPECT_NE(Row(losses, 1, 6), Row(expected, 1, 6));
      for (const int run : {0, 2, 3}) {
        EXPECT_EQ(Row(losses, run, 6), Row(expected, run, 6));
        EXPECT_EQ(poisoned->Parameters(run), healthy->Parameters(run));
      }
    }
  }
}

TEST(TorchRuns, AfterALossThatIsNotFiniteTheWindowHasNoOther) {
  Runs runs(SmallQuadratic(v1::QUADRATIC_KIND_PLAIN), FamilySamples()[0].config, 1);
  runs.theta(0)[0] = 20;  // a learning rate of e^20
  const auto torch = runs.Torch();
  const std::vector<float> losses = runs.Advance(*torch, 20);
  EXPECT_TRUE(std::isfinite(losses.front()));
  EXPECT_TRUE(std::isnan(losses.back()));
}

TEST(TorchRuns, OneRunAloneIsCloseToTheSameRunAmongEight) {
  for (const auto& [name, config] : FamilySamples()) {
    SCOPED_TRACE(name);
    Runs one(SmallMlp(), config, 1), eight(SmallMlp(), config, 8);
    const std::vector<float> alone = one.Advance(*one.Torch(), 20);
    const std::vector<float> among = eight.Advance(*eight.Torch(), 20);
    ExpectClose(alone, Row(among, 0, 20), 2e-6f);
  }
}

TEST(TorchRuns, AThreadGetsTheSameBitsAsAnother) {
  Runs runs(SmallMlp(), Adafac(), 2);
  const std::vector<float> here = runs.Advance(*runs.Torch(), 5);
  std::vector<float> there;
  std::jthread([&] { there = runs.Advance(*runs.Torch(), 5); }).join();
  EXPECT_EQ(there, here);
}

TEST(TorchRuns, SizesThatDoNotFitAreRefused) {
  Runs runs(SmallMlp(), Adafac(), 2);
  const auto torch = runs.Torch();
  std::vector<float> losses(10);
  std::vector<RunTheta> thetas = runs.Thetas();
  EXPECT_EQ(torch->Advance(thetas, 4, losses).code(), absl::StatusCode::kInvalidArgument);
  thetas.pop_back();
  EXPECT_EQ(torch->Advance(thetas, 5, losses).code(), absl::StatusCode::kInvalidArgument);
}

TEST(TorchRuns, AnExceptionOfTorchBecomesAStatus) {
  const absl::Status status = RunTorch([] { throw std::bad_alloc(); });
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), ::testing::StartsWith("LibTorch: "));
}

}  // namespace
}  // namespace paceline
