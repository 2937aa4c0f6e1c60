#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "common/config/config.h"
#include "tests/common/config/trial_config.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

v1::JobConfig RoundTrip(const v1::JobConfig& config) {
  const ParsedConfig parsed = ParseConfig(PrintConfig(config), "printed.yaml");
  for (const Fault& fault : parsed.faults) ADD_FAILURE() << fault.ToString();
  return parsed.config;
}

void ExpectRoundTrip(const v1::JobConfig& config) {
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(RoundTrip(config), config))
      << PrintConfig(config);
}

TEST(PrintConfig, WritesEveryDefaultInOneForm) {
  EXPECT_EQ(PrintConfig(testing::TrialConfig()), R"(name: trial
seed: 7
optimizer:
  adafac_mlp:
    hidden: 8
    layers: 2
    step_multiplier: 0.001
    exp_multiplier: 0.001
tasks:
  - image_mlp:
      dataset: fashion_mnist
      size: 8
      hidden: [32]
      activation: relu
      batch: 128
      parametrization: standard
      norm: none
      dropout: 0
      loss: cross_entropy
      init: standard
      init_scale: 1
      meta_loss: fixed
    weight: 2
  - quadratic:
      dimension: 10
      kind: plain
      noise: 1
      condition: 1000
    weight: 1
episode:
  log_uniform:
    min: 100
    max: 1000
estimator:
  nres:
    window: 50
    sigma: 0.01
  particles: 16
  block: 4
  antithetic: true
  weighting: step
  clip: 0
  sign: 0
  rank: 0
outer:
  steps: 600
  optimizer:
    adam:
      learning_rate: 0.001
      beta1: 0.9
      beta2: 0.999
      epsilon: 1e-08
      epsilon_root: 1e-08
      weight_decay: 0
  clip:
    global_norm: 1
  accumulate: 1
aggregation: strict
engine: auto
checkpoint_every: 50
shares: episodes
)");
}

TEST(PrintConfig, IsReadBackToAnEqualMessage) {
  v1::JobConfig config = testing::TrialConfig();
  ExpectRoundTrip(config);
  config.set_seed(~uint64_t{0});
  config.mutable_tasks(0)->mutable_image_mlp()->clear_hidden();
  config.mutable_outer()->mutable_schedule()->mutable_constant();
  config.mutable_outer()->mutable_clip()->set_element(1.0 / 3);
  v1::FullEs& full_es = *config.mutable_estimator()->mutable_full_es();
  full_es.set_sigma(1e-5);
  full_es.set_loss(v1::EPISODE_LOSS_RECOMPUTED);
  full_es.set_recompute_samples(7);
  full_es.set_recompute_split(v1::DATA_SPLIT_OUTER_VALID);
  config.mutable_estimator()->set_antithetic(false);
  v1::LeafSigma& leaf = *config.mutable_estimator()->add_leaf_sigma();
  leaf.set_leaf("nn/~/w*");
  leaf.set_sigma(0.25);
  config.mutable_objective()->mutable_held_out_loss()->set_split(v1::DATA_SPLIT_INNER_VALID);
  ExpectRoundTrip(config);
  auto* boundaries = config.mutable_outer()->mutable_schedule()->mutable_piecewise();
  for (int step : {10, 20}) {
    auto* boundary = boundaries->add_boundaries();
    boundary->set_step(step);
    boundary->set_factor(0.1 / step);
  }
  ExpectRoundTrip(config);
}

TEST(PrintConfig, QuotesNamesThatYamlWouldTakeForNothing) {
  v1::JobConfig config = testing::TrialConfig();
  for (const char* name : {"null", "true", "010", "1e3", "a--b"}) {
    config.set_name(name);
    ExpectRoundTrip(config);
  }
}

TEST(PrintConfig, HoldsForAnyMessage) {
  v1::JobConfig config;
  EXPECT_THAT(PrintConfig(config), HasSubstr("aggregation: unspecified"));
  config.set_engine(static_cast<v1::Engine>(77));
  config.set_name("a\n\"b\\");
  config.add_tasks();
  const std::string printed = PrintConfig(config);
  EXPECT_THAT(printed, HasSubstr("engine: 77\n"));
  EXPECT_THAT(printed, HasSubstr("name: \"a\\x0a\\\"b\\\\\"\n"));
  EXPECT_THAT(ParseConfig(printed, "printed.yaml").faults, Not(IsEmpty()));
}

}  // namespace
}  // namespace paceline
