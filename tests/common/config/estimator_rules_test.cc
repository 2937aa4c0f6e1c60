// Estimators, episodes, objectives and outer training: what a config may not say.
#include "common/config/estimator_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/config/config.h"
#include "tests/common/config/trial_config.h"

namespace paceline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The trial config's task list, without its quadratic.
const char* const kOneTask = "tasks=[{image_mlp: {hidden: [32]}}]";

// Faults of the trial config with these set, without their "--set ...: ".
std::vector<std::string> Faults(const std::vector<std::string>& overrides) {
  std::vector<std::string> faults = testing::FaultsOf(testing::kTrialYaml, overrides);
  for (std::string& fault : faults) {
    for (const std::string& override : overrides) {
      const std::string prefix = "--set " + override + ": ";
      if (fault.starts_with(prefix)) fault.erase(0, prefix.size());
    }
  }
  return faults;
}

TEST(EstimatorRules, AllThatIsOfferedIsAccepted) {
  for (const std::vector<std::string>& overrides : std::vector<std::vector<std::string>>{
           {"estimator.gpes={window: 50, period: 150, sigma: 0.02}"},
           {"estimator.truncated_es={window: 50, carry: unperturbed}"},
           {"estimator.full_es={loss: minimum}"},
           {"estimator.rank=0.5", "estimator.clip=2"},
           {"estimator.full_es={loss: recomputed, recompute_samples: 10, recompute_split: "
            "outer_valid}"},
           {"estimator.antithetic=false", "estimator.weighting=episode", "estimator.clip=0.5",
            "estimator.sign=1"},
           {"estimator.leaf_sigma=[{leaf: nn/~/w0, sigma: 0.02}, {leaf: \"nn/~/b*\", sigma: 1}]"},
           {"episode={curriculum: {stages: [{step: 0, min: 10, max: 20}, {step: 9, min: 10, max: "
            "200}]}}"},
           {"objective={training_loss: {}}"},
           {"objective={held_out_loss: {split: inner_valid}}"},
           {"objective={final_loss: {split: outer_valid}}"},
           {"objective={accuracy: {}}", kOneTask},
           {"objective={steps_to_target: {target: 0.7, decay: 0.5}}"},
           {"outer.optimizer={rmsprop: {learning_rate: 0.1, momentum: 0.9}}"},
           {"outer.optimizer={lamb: {learning_rate: 0.1}}", "outer.accumulate=4"},
           {"outer.schedule={inverse_sqrt: {warmup_steps: 10}}"},
           {"outer.schedule={linear: {points: [{step: 0, factor: 0}, {step: 9, factor: 1}]}}"},
           {"outer.schedule={exponential: {rate: 0.5, steps: 100}}"}}) {
    EXPECT_THAT(Faults(overrides), IsEmpty()) << overrides.front();
  }
}

TEST(EstimatorRules, ANoisePeriodIsAMultipleOfTheWindow) {
  EXPECT_THAT(Faults({"estimator.gpes={window: 50, period: 120}"}),
              ElementsAre("estimator.gpes.period is 120, which is not a multiple of "
                          "estimator.gpes.window, 50; write 100 or 150"));
  EXPECT_THAT(Faults({"estimator.gpes={window: 50, period: 20}"}),
              ElementsAre(HasSubstr("not a multiple of estimator.gpes.window, 50; write 50")));
}

TEST(EstimatorRules, StagesOfACurriculumRiseAndTheirBoundsAreInOrder) {
  EXPECT_THAT(Faults({"episode={curriculum: {stages: [{step: 5, min: 10, max: 20}, {step: 5, min: "
                      "30, max: 20}]}}"}),
              ElementsAre("episode.curriculum.stages[1].max is 20, below "
                          "episode.curriculum.stages[1].min, 30; it must be at least that",
                          "episode.curriculum.stages[1].step is 5; it must be above the step "
                          "before it, 5"));
  EXPECT_THAT(Faults({"episode={curriculum: {stages: []}}"}),
              ElementsAre(HasSubstr("episode.curriculum.stages has 0 items")));
}

TEST(EstimatorRules, AnUnknownLeafIsNamedWithThoseThatThereAre) {
  EXPECT_THAT(
      Faults({"estimator.leaf_sigma=[{leaf: \"nn/~/w*\", sigma: 0.1}, {leaf: nn/w0, sigma: 0.1}]"}),
      ElementsAre(
          "estimator.leaf_sigma[1].leaf is \"nn/w0\", but the optimizer has no such leaf; it has "
          "adafactor_decays, momentum_decays, nn/~/b0, nn/~/b1, nn/~/b2, nn/~/w0, nn/~/w1, "
          "nn/~/w2 and rms_decays"));
  EXPECT_THAT(Faults({"estimator.leaf_sigma=[{leaf: \"a*b\", sigma: 0.1}]"}),
              ElementsAre(HasSubstr("it must be the path of a leaf of the optimizer, or the "
                                    "beginning of one and *")));
  // Of an optimizer that is itself wrong the leaves are not known.
  EXPECT_THAT(Faults({"optimizer={adafac_mlp: {layers: 4000000000}}",
                      "estimator.leaf_sigma=[{leaf: nn/w0, sigma: 0.1}]"}),
              ElementsAre(HasSubstr("optimizer.adafac_mlp.layers is 4000000000")));
}

TEST(EstimatorRules, ADifferenceBecomesItsRankOrItsSignAndItIsOneOfPairs) {
  EXPECT_THAT(Faults({"estimator.rank=1", "estimator.sign=1"}),
              ElementsAre("estimator.rank and estimator.sign both say what a difference becomes; "
                          "leave one of them out"));
  EXPECT_THAT(Faults({"estimator.rank=1", "estimator.antithetic=false"}),
              ElementsAre("estimator.rank is of the differences of antithetic pairs; leave it out, "
                          "or estimator.antithetic: false"));
}

TEST(EstimatorRules, AccuracyIsNotToBeHadOfAQuadratic) {
  EXPECT_THAT(Faults({"objective={accuracy: {}}"}),
              ElementsAre("objective.accuracy is not to be had of tasks[1], a quadratic: it has "
                          "no classes; choose another objective or leave the task out"));
}

TEST(EstimatorRules, AnObjectiveOfAWholeEpisodeLeavesFullEsNoChoice) {
  EXPECT_THAT(Faults({"objective={final_loss: {}}", "estimator.full_es={loss: minimum}"}),
              ElementsAre("estimator.full_es.loss must be average with objective.final_loss, which "
                          "is of a whole episode already"));
  EXPECT_THAT(
      Faults({"objective={steps_to_target: {target: 1}}", "estimator.full_es={loss: last}"}),
      ElementsAre(HasSubstr("must be average with objective.steps_to_target")));
}

TEST(EstimatorRules, AnObjectiveHasOneKind) {
  EXPECT_THAT(Faults({"objective={}"}), ElementsAre(HasSubstr("objective has none of")));
  EXPECT_THAT(Faults({"objective={held_out_loss: {split: test}}"}),
              ElementsAre(HasSubstr("it must be one of train, inner_valid or outer_valid")));
}

TEST(EstimatorRules, AntitheticIsTrueOrFalse) {
  EXPECT_THAT(Faults({"estimator.antithetic=no"}),
              ElementsAre(HasSubstr("estimator.antithetic is \"no\"; it must be true or false")));
}

TEST(OuterRules, AccumulateDividesTheSteps) {
  EXPECT_THAT(Faults({"outer.accumulate=7"}),
              ElementsAre("outer.accumulate is 7, which does not divide outer.steps, 600; the "
                          "gradients of the last outer steps would be lost"));
}

TEST(OuterRules, AWarmUpIsShorterThanTheUpdates) {
  EXPECT_THAT(Faults({"outer.accumulate=6", "outer.schedule={cosine: {warmup_steps: 100}}"}),
              ElementsAre("outer.schedule.cosine.warmup_steps is 100; it must be below the "
                          "updates, outer.steps / outer.accumulate, 100"));
}

TEST(OuterRules, PointsOfASchedulesLineRise) {
  EXPECT_THAT(
      Faults({"outer.schedule={linear: {points: [{step: 9, factor: 0}, {step: 9, factor: 1}]}}"}),
      ElementsAre("outer.schedule.linear.points[1].step is 9; it must be above the step before "
                  "it, 9"));
}

}  // namespace
}  // namespace paceline
