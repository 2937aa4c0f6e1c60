#include "coordinator/lease/conduct.h"

#include <set>

#include "gtest/gtest.h"

namespace paceline {
namespace {

TEST(ConductTest, EveryRefusalHasAName) {
  std::set<std::string> names;
  for (int i = 0; i < kRefusals; ++i) names.insert(NameOf(Refusal{i}));
  EXPECT_EQ(names.size(), static_cast<size_t>(kRefusals));
  EXPECT_FALSE(names.contains(""));
}

// How many of one kind it takes.
TEST(ConductTest, ProofsQuarantineAtOnceAndViolationsAfterAFew) {
  for (int i = 0; i < kRefusals; ++i) {
    const Refusal refusal{i};
    int violations = 0, taken = 0;
    while (taken < 1000 && !IsQuarantinedAfter(refusal, violations)) ++taken;
    switch (GravityOf(refusal)) {
      case Gravity::kHarmless:
        EXPECT_EQ(taken, 1000) << NameOf(refusal);
        break;
      case Gravity::kViolation:
        EXPECT_EQ(taken, kMaxViolations - 1) << NameOf(refusal);
        break;
      case Gravity::kProof:
        EXPECT_EQ(taken, 0) << NameOf(refusal);
        break;
    }
  }
}

TEST(ConductTest, ANumberThatCannotBeIsAProofAndADelayIsHarmless) {
  for (Refusal refusal : {Refusal::kNotFinite, Refusal::kOutOfRange, Refusal::kOutvoted}) {
    EXPECT_EQ(GravityOf(refusal), Gravity::kProof) << NameOf(refusal);
  }
  for (Refusal refusal : {Refusal::kLate, Refusal::kOldEpoch, Refusal::kNotAllowed}) {
    EXPECT_EQ(GravityOf(refusal), Gravity::kHarmless) << NameOf(refusal);
  }
}

TEST(ConductTest, ViolationsOfDifferentKindsAddUp) {
  int violations = 0;
  EXPECT_FALSE(IsQuarantinedAfter(Refusal::kNoLease, violations));
  EXPECT_FALSE(IsQuarantinedAfter(Refusal::kLate, violations));
  EXPECT_FALSE(IsQuarantinedAfter(Refusal::kOtherTheta, violations));
  EXPECT_TRUE(IsQuarantinedAfter(Refusal::kParticles, violations));
}

TEST(ConductTest, RefusalsAreCountedByName) {
  RefusalCounts counts;
  EXPECT_EQ(counts.ToText(), "");
  counts.Add(Refusal::kOutOfRange);
  counts.Add(Refusal::kLate);
  counts.Add(Refusal::kLate);
  EXPECT_EQ(counts.of(Refusal::kLate), 2u);
  EXPECT_EQ(counts.total(), 3u);
  EXPECT_EQ(counts.ToText(), "2 late, 1 out_of_range");
}

}  // namespace
}  // namespace paceline
