#include "coordinator/outer/clip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace paceline {
namespace {

using testing::ElementsAre;
using testing::FloatEq;

v1::Clip ElementClip(double limit) {
  v1::Clip clip;
  clip.set_element(limit);
  return clip;
}

v1::Clip NormClip(double limit) {
  v1::Clip clip;
  clip.set_global_norm(limit);
  return clip;
}

std::vector<float> Clipped(const v1::Clip& clip, std::vector<float> gradient) {
  ClipGradient(clip, gradient);
  return gradient;
}

TEST(Clip, ElementsAreLimitedEachToItself) {
  EXPECT_THAT(Clipped(ElementClip(3), {-5, -3, 0.5f, 3.5f}), ElementsAre(-3, -3, 0.5f, 3));
}

TEST(Clip, ALongGradientIsScaledDownToTheNorm) {
  EXPECT_THAT(Clipped(NormClip(1), {3, -4}), ElementsAre(FloatEq(0.6f), FloatEq(-0.8f)));
}

TEST(Clip, AShortGradientIsLeftAlone) {
  EXPECT_THAT(Clipped(NormClip(5), {3, -4}), ElementsAre(3, -4));
  EXPECT_THAT(Clipped(NormClip(5), {0, 0}), ElementsAre(0, 0));
}

TEST(Clip, WithoutAConfigNothingIsClipped) {
  EXPECT_THAT(Clipped({}, {1e30f, -1e30f}), ElementsAre(1e30f, -1e30f));
}

TEST(Clip, TheNormOfLargeValuesDoesNotOverflow) {
  EXPECT_THAT(Clipped(NormClip(5), {3e38f, -3e38f}),
              ElementsAre(FloatEq(3.5355339f), FloatEq(-3.5355339f)));
}

}  // namespace
}  // namespace paceline
