#include "worker/engine/fingerprint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace paceline {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

TEST(EngineFingerprints, TheProcessorRunsEveryTier) {
  const TierFingerprints own = EngineFingerprints(nullptr);
  for (const v1::Engine tier : {v1::ENGINE_REFERENCE, v1::ENGINE_TORCH, v1::ENGINE_FUSED}) {
    EXPECT_TRUE(own.contains(tier)) << TierName(tier);
  }
}

// So that a job may mix processors and GPUs.
TEST(EngineFingerprints, ThoseOfOurOwnArithmeticNameTheBuildAlone) {
  const TierFingerprints own = EngineFingerprints(nullptr);
  EXPECT_THAT(own.at(v1::ENGINE_FUSED), MatchesRegex("fused; engine [0-9a-f]+"));
  EXPECT_THAT(own.at(v1::ENGINE_REFERENCE), MatchesRegex("reference; engine [0-9a-f]+"));
}

TEST(EngineFingerprints, ThatOfTorchNamesAllThatItsKernelsGoBy) {
  const std::string torch = EngineFingerprints(nullptr).at(v1::ENGINE_TORCH);
  EXPECT_THAT(torch, HasSubstr("; cpu; torch "));
  EXPECT_THAT(torch, ContainsRegex("torch [0-9.]+ [A-Z0-9]+; [A-Za-z]+ [a-z0-9]+$"));
}

}  // namespace
}  // namespace paceline
