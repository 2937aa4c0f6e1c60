#include "common/lopt/layout.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

namespace paceline {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;

ThetaLayout LayoutFor(const std::string& text) {
  v1::LearnedOptimizer config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config));
  return LayoutOf(config);
}

constexpr char kAdam[] =
    "learnable_adam { learning_rate: 0.001 beta1: 0.9 beta2: 0.999 epsilon: 1e-8 }";

TEST(ThetaLayout, HasThePublishedNumberOfParameters) {
  const struct {
    std::string config, name;
    size_t size;
  } kCases[] = {
      {"learnable_sgd { learning_rate: 0.01 }", "learnable_sgd", 1},
      {"learnable_sgdm { learning_rate: 0.01 momentum: 0.9 }", "learnable_sgdm", 2},
      {kAdam, "learnable_adam", 4},
      {"mlp_lopt { hidden: 32 layers: 2 }", "mlp_lopt", 1762},
      {"mlp_lopt { hidden: 16 layers: 2 }", "mlp_lopt", 626},
      {"mlp_lopt { hidden: 5 layers: 1 }", "mlp_lopt", 19 * 5 + 5 + 5 * 2 + 2},
      {"adafac_mlp { hidden: 4 layers: 2 }", "adafac_mlp", 197},
      {"adafac_mlp { hidden: 32 layers: 2 }", "adafac_mlp", 2409},
  };
  for (const auto& test : kCases) {
    const ThetaLayout layout = LayoutFor(test.config);
    EXPECT_EQ(layout.size, test.size) << test.config;
    EXPECT_EQ(layout.optimizer, test.name);
  }
}

TEST(ThetaLayout, LeavesFollowEachOtherInOrderOfPathWithoutGaps) {
  const ThetaLayout layout = LayoutFor("adafac_mlp { hidden: 8 layers: 4 }");
  size_t offset = 0;
  std::string path;
  for (const ThetaLeaf& leaf : layout.leaves) {
    EXPECT_EQ(leaf.offset, offset);
    EXPECT_LT(path, leaf.path);
    offset += leaf.size;
    path = leaf.path;
  }
  EXPECT_EQ(offset, layout.size);
  EXPECT_THAT(layout.leaf("nn/~/w0").shape, ElementsAre(39, 8));
  EXPECT_THAT(layout.leaf("nn/~/w4").shape, ElementsAre(8, 2));
}

TEST(ThetaLayout, HandDesignedOptimizersStartAtTheConfiguredConstants) {
  const ThetaLayout layout = LayoutFor(kAdam);
  EXPECT_THAT(InitialTheta(layout, 1), ElementsAre(FloatEq(-18.420681f), FloatEq(-6.9077554f),
                                                   FloatEq(-2.3025851f), FloatEq(-6.9077554f)));
}

TEST(ThetaLayoutDeathTest, AskingForALeafThatIsNotThereIsAProgrammingError) {
  const ThetaLayout layout = LayoutFor(kAdam);
  EXPECT_DEATH(layout.leaf("nn/~/w9"), "learnable_adam has no leaf nn/~/w9");
}

}  // namespace
}  // namespace paceline
