#include "worker/task/quadratic/quadratic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "common/noise/streams.h"
#include "worker/task/any_log.h"

namespace paceline {
namespace {

using ::testing::ElementsAre;

const std::vector<float> kPoint = {1, -2, 3};
const RunSeed kSeed = {.key = 1, .particle = 2, .episode = 3};

TEST(Quadratic, ThePlainOneIsTheSumOfSquares) {
  const Quadratic task(3, v1::QUADRATIC_KIND_PLAIN);
  std::vector<float> gradient(3);
  EXPECT_EQ(task.LossAndGradient(kSeed, 0, kPoint, gradient), 14);
  EXPECT_THAT(gradient, ElementsAre(2, -4, 6));
}

TEST(Quadratic, TheLogOneIsTheLogOfTheSum) {
  const Quadratic task(3, v1::QUADRATIC_KIND_LOG);
  std::vector<float> gradient(3);
  EXPECT_FLOAT_EQ(task.LossAndGradient(kSeed, 0, kPoint, gradient), std::log(14.0f));
  EXPECT_THAT(gradient, ElementsAre(1 / 7.0f, -2 / 7.0f, 3 / 7.0f));
}

TEST(Quadratic, TheTargetOneIsTheDistanceFromItsEpisodesTarget) {
  const Quadratic task(3, v1::QUADRATIC_KIND_TARGET);
  std::vector<float> gradient(3);
  std::vector<float> point = task.Target(kSeed);
  EXPECT_EQ(task.LossAndGradient(kSeed, 0, point, gradient), 0);
  EXPECT_THAT(gradient, ElementsAre(0, 0, 0));
  point[1] += 0.5f;
  EXPECT_NEAR(task.LossAndGradient(kSeed, 7, point, gradient), 0.25f, 1e-6f);
  EXPECT_NEAR(gradient[1], 1.0f, 1e-6f);
}

TEST(Quadratic, TargetsAndStartsDifferByParticleAndEpisodeAndFromEachOther) {
  const Quadratic task(3, v1::QUADRATIC_KIND_TARGET);
  std::vector<float> start(3), other(3);
  task.SampleInitial(kSeed, start);
  EXPECT_NE(start, task.Target(kSeed));
  for (const RunSeed& seed : {RunSeed{1, 9, 3}, RunSeed{1, 2, 9}, RunSeed{9, 2, 3}}) {
    task.SampleInitial(seed, other);
    EXPECT_NE(start, other);
    EXPECT_NE(task.Target(kSeed), task.Target(seed));
  }
}

TEST(Quadratic, ItStartsAtAStandardNormal) {
  const Quadratic task(100000, v1::QUADRATIC_KIND_PLAIN);
  std::vector<float> start(100000);
  task.SampleInitial(kSeed, start);
  EXPECT_NEAR(task.Evaluate(kSeed, start, Split::kTrain, 0).loss / 1e5, 1, 5 * std::sqrt(2e-5));
}

TEST(Quadratic, TheMetaLossIsTheLossWithinItsBoundAndFiniteForAnyLoss) {
  const Quadratic task(3, v1::QUADRATIC_KIND_LOG);
  EXPECT_EQ(task.meta_loss_bound(), 1e6f);
  for (const float loss : {0.0f, 0.25f, -1.0f, 999999.0f, -999999.0f}) {
    EXPECT_EQ(task.MetaLoss(loss), loss);
  }
  EXPECT_EQ(task.MetaLoss(2e6f), 1e6f);
  EXPECT_EQ(task.MetaLoss(-2e6f), -1e6f);
  EXPECT_EQ(task.MetaLoss(NAN), 1e6f);
  EXPECT_EQ(task.MetaLoss(INFINITY), 1e6f);
  EXPECT_EQ(task.MetaLoss(-INFINITY), -1e6f);
}

TEST(Quadratic, ALogAtTheOriginIsMinusInfinity) {
  const Quadratic task(3, v1::QUADRATIC_KIND_LOG);
  std::vector<float> gradient(3);
  EXPECT_EQ(task.LossAndGradient(kSeed, 0, std::vector<float>(3), gradient), -INFINITY);
}

TEST(AnyLog, AgreesWithTheCLibraryDownToTheSmallestNumber) {
  for (float x = 1.4e-45f; x < 3e38f; x *= 3.7f) {
    EXPECT_NEAR(AnyLog(x), std::log(static_cast<double>(x)), 1e-5) << x;
  }
  EXPECT_EQ(AnyLog(0), -INFINITY);
  EXPECT_EQ(AnyLog(INFINITY), INFINITY);
  EXPECT_TRUE(std::isnan(AnyLog(NAN)));
}

}  // namespace
}  // namespace paceline
