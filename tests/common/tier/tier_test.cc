#include "common/tier/tier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace paceline {
namespace {

using ::testing::ElementsAre;

v1::JobConfig Config(v1::Engine engine) {
  v1::JobConfig config;
  config.set_engine(engine);
  config.add_tasks()->mutable_quadratic();
  config.add_tasks()->mutable_image_mlp();
  return config;
}

TEST(Tier, AutoIsATierThatAWorkerCanHave) {
  for (const v1::Engine engine : TiersOf(Config(v1::ENGINE_AUTO))) {
    EXPECT_NE(engine, v1::ENGINE_AUTO);
    EXPECT_NE(TierName(engine), "");
  }
}

TEST(Tier, AnEngineThatIsAskedForIsTheTierOfEveryTask) {
  EXPECT_THAT(TiersOf(Config(v1::ENGINE_TORCH)), ElementsAre(v1::ENGINE_TORCH));
  EXPECT_THAT(TiersOf(Config(v1::ENGINE_REFERENCE)), ElementsAre(v1::ENGINE_REFERENCE));
}

TEST(Tier, AJobsFingerprintIsThatOfItsTiersAlone) {
  const TierFingerprints one = {{v1::ENGINE_TORCH, "torch A"}, {v1::ENGINE_FUSED, "fused"}};
  const TierFingerprints other = {{v1::ENGINE_TORCH, "torch B"}, {v1::ENGINE_FUSED, "fused"}};
  EXPECT_EQ(JobFingerprint(Config(v1::ENGINE_FUSED), one),
            JobFingerprint(Config(v1::ENGINE_FUSED), other));
  EXPECT_NE(JobFingerprint(Config(v1::ENGINE_TORCH), one),
            JobFingerprint(Config(v1::ENGINE_TORCH), other));
}

TEST(Tier, AWorkerWithoutTheTierHasNoFingerprintForTheJob) {
  EXPECT_EQ(JobFingerprint(Config(v1::ENGINE_TORCH), {{v1::ENGINE_FUSED, "fused"}}), "");
  EXPECT_EQ(JobFingerprint(Config(v1::ENGINE_FUSED), {}), "");
}

TEST(Tier, NamesAreForPeople) {
  EXPECT_EQ(TierNames({v1::ENGINE_TORCH, v1::ENGINE_FUSED}), "torch, fused");
  EXPECT_EQ(TierName(v1::ENGINE_AUTO), "");
}

}  // namespace
}  // namespace paceline
