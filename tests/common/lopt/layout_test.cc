#include "common/lopt/layout.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "common/lopt/features.h"

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
      {"nn_adam { lstm_hidden: 32 }", "nn_adam", 6856},
      {"rnn_mlp_lopt { hidden: 32 layers: 2 lstm_hidden: 64 from_mlp: 16 from_lstm: 18 "
       "lstm_to_ff: 17 }",
       "rnn_mlp_lopt", 35799},
      {"hyper_v2 { lstm_hidden: 128 param_inits: 64 ff_hidden_size: 4 ff_hidden_layers: 2 "
       "mix_layers: true }",
       "hyper_v2", 162305},
      {"hyper_v2 { lstm_hidden: 512 param_inits: 256 ff_hidden_size: 4 ff_hidden_layers: 2 "
       "mix_layers: true }",
       "hyper_v2", 2320385},
      // Without the three mixing layers; the LSTM sees 30 features, not 128.
      {"hyper_v2 { lstm_hidden: 128 param_inits: 64 ff_hidden_size: 4 ff_hidden_layers: 2 }",
       "hyper_v2", 162305 - 3 * (30 * 128 + 128) - (128 - 30) * 512},
      {"learned_schedule { base: SCHEDULED_OPTIMIZER_ADAM hidden: 16 layers: 2 }",
       "learned_schedule", 4 + 19 * 16 + 16 + 16 * 16 + 16 + 16 + 1},
      {"mlp_lopt { hidden: 5 layers: 1 }", "mlp_lopt", 19 * 5 + 5 + 5 * 2 + 2},
      {"adafac_mlp { hidden: 4 layers: 2 }", "adafac_mlp", 197},
      {"adafac_mlp { hidden: 32 layers: 2 }", "adafac_mlp", 2409},
      {"mu_adafac_mlp { hidden: 32 layers: 2 }", "mu_adafac_mlp", 2409},
      {"mlp_nom_lopt { hidden: 4 layers: 2 }", "mlp_nom_lopt", 207},
      {"celo2 { hidden: 8 layers: 2 }", "celo2", 347},
      // Without hidden layers: a linear map.
      {"mlp_lopt { hidden: 32 layers: 0 }", "mlp_lopt", 19 * 2 + 2},
      {"adafac_mlp { hidden: 512 layers: 8 }", "adafac_mlp",
       39 * 512 + 512 + 7 * (512 * 512 + 512) + 512 * 2 + 2 + 7},
      // Gradient, parameter, a momentum, a second moment, its root; g and m over it; bias.
      {"linear { learning_rate: 0.1 step_multiplier: 1 }", "linear", 8},
      {"linear { step_multiplier: 1 momentum_decays: [0.5, 0.9] rms_decays: [0.9, 0.99, 0.999] }",
       "linear", 1 + 1 + 2 + 3 * 3 + 2 * 3 + 1},
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

TEST(ThetaLayout, HasRowsForTheChosenFeaturesAlone) {
  const struct {
    std::string config;
    int64_t rows;
  } kCases[] = {
      {"mlp_lopt { hidden: 3 layers: 1 features: MLP_LOPT_FEATURE_GRADIENT }", 1},
      {"mlp_lopt { hidden: 3 layers: 1 features: [ MLP_LOPT_FEATURE_TIME, "
       "MLP_LOPT_FEATURE_MOMENTUM ] }",
       17},
      {"mlp_lopt { hidden: 3 layers: 1 features: [ MLP_LOPT_FEATURE_KRONECKER, "
       "MLP_LOPT_FEATURE_HESSIAN_DIAGONAL, MLP_LOPT_FEATURE_GRADIENT ] }",
       7},
  };
  for (const auto& test : kCases) {
    const ThetaLayout layout = LayoutFor(test.config);
    EXPECT_THAT(layout.leaf("mlp/~/linear_0/w").shape, ElementsAre(test.rows, 3)) << test.config;
  }
  const ThetaLayout all = LayoutFor(
      "adafac_mlp { hidden: 4 layers: 2 features: [ ADAFAC_FEATURE_GRADIENT, "
      "ADAFAC_FEATURE_PARAMETER, ADAFAC_FEATURE_MOMENTUM, ADAFAC_FEATURE_RMS, "
      "ADAFAC_FEATURE_SCALED_MOMENTUM, ADAFAC_FEATURE_INVERSE_RMS, "
      "ADAFAC_FEATURE_FACTORED_GRADIENT, ADAFAC_FEATURE_ROW, ADAFAC_FEATURE_COLUMN, "
      "ADAFAC_FEATURE_INVERSE_ROW, ADAFAC_FEATURE_INVERSE_COLUMN, "
      "ADAFAC_FEATURE_FACTORED_MOMENTUM, ADAFAC_FEATURE_TIME ] }");
  EXPECT_EQ(InitialTheta(all, 3), InitialTheta(LayoutFor("adafac_mlp { hidden: 4 layers: 2 }"), 3));
}

TEST(ThetaLayout, RowsOfFeaturesAreInTheLibrarysOrderNotInTheConfigs) {
  v1::AdafacMlp config;
  config.add_features(v1::ADAFAC_FEATURE_TIME);
  config.add_features(v1::ADAFAC_FEATURE_KRONECKER);
  config.add_features(v1::ADAFAC_FEATURE_ROW);
  config.add_features(v1::ADAFAC_FEATURE_PARAMETER);
  const FeatureRows rows = RowsOf(config);
  EXPECT_EQ(rows.count, 1 + 3 + 3 + 11);
  ASSERT_EQ(rows.own.size(), 28u);
  EXPECT_EQ(rows.own[1], 0);  // parameter
  EXPECT_EQ(rows.own[0], kNoRow);
  EXPECT_EQ(rows.own[13], 1);  // row
  EXPECT_EQ(rows.own[15], 3);
  EXPECT_EQ(rows.curvature[kKroneckerColumn], 4);
  EXPECT_FALSE(rows.Sees(kHessianColumn));
  EXPECT_EQ(rows.time, 7);
}

TEST(ThetaLayout, Celo2sFirstLayerIsSplitByFeatureGroup) {
  const ThetaLayout layout = LayoutFor("celo2 { hidden: 8 layers: 2 }");
  constexpr int64_t kRows[] = {1, 1, 1, 3, 1, 3, 1, 3, 1, 3, 3, 3, 3, 3};
  for (int group = 0; group < 14; ++group) {
    const ThetaLeaf& leaf = layout.leaf("nn/~/w0__" + std::to_string(group));
    EXPECT_THAT(leaf.shape, ElementsAre(kRows[group], 8));
    EXPECT_EQ(leaf.initial_stddev, 1 / std::sqrt(30.0));
  }
  EXPECT_THAT(layout.leaf("nn/~/w2").shape, ElementsAre(8, 3));
}

TEST(ThetaLayout, LinearStartsAsSgd) {
  const ThetaLayout layout =
      LayoutFor("linear { learning_rate: 0.1 step_multiplier: 0.01 momentum_decays: 0.9 }");
  const std::vector<float> theta = InitialTheta(layout, 1);
  for (const ThetaLeaf& leaf : layout.leaves) {
    EXPECT_FLOAT_EQ(theta[leaf.offset], leaf.path == "gradient" ? 10 : 0) << leaf.path;
  }
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
