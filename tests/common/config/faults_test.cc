// Every kind of fault that a file can have, and its message to the letter.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "common/config/config.h"
#include "tests/common/config/trial_config.h"

namespace paceline {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

struct Case {
  const char* name;
  const char* from;  // in the trial config
  const char* to;
  std::vector<std::string> faults;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.to; }

class FaultTest : public ::testing::TestWithParam<Case> {};

TEST_P(FaultTest, IsReportedWithItsPlaceAndWhatWouldBeRight) {
  const Case& c = GetParam();
  std::vector<std::string> expected;
  for (const std::string& fault : c.faults) expected.push_back("job.yaml:" + fault);
  EXPECT_THAT(testing::FaultsOf(testing::Changed(c.from, c.to)), ElementsAreArray(expected));
}

std::string NameOf(const ::testing::TestParamInfo<Case>& info) { return info.param.name; }

const char* const kSteps = "it must be a whole number from 1 to 100000000";
const char* const kRate = "it must be a number above 0 and at most 1000000";

INSTANTIATE_TEST_SUITE_P(
    Optimizers, FaultTest,
    ::testing::ValuesIn(std::vector<Case>{
        {"UnknownFeatureHasTheListOfNames",
         "optimizer: {adafac_mlp: {hidden: 8}}",
         "optimizer: {mlp_lopt: {features: [gradient, momenta]}}",
         {"3:45: optimizer.mlp_lopt.features[1] is \"momenta\"; did you mean momentum? it must be "
          "one of gradient, parameter, momentum, hessian_diagonal, gauss_newton_diagonal, "
          "kronecker "
          "or time"}},
        {"FeatureOfAnotherFamilyIsUnknown",
         "optimizer: {adafac_mlp: {hidden: 8}}",
         "optimizer: {mlp_lopt: {features: [rms]}}",
         {"3:35: optimizer.mlp_lopt.features[0] is \"rms\"; it must be one of gradient, parameter, "
          "momentum, hessian_diagonal, gauss_newton_diagonal, kronecker or time"}},
        {"RepeatedFeatureHasTheListOfNames",
         "optimizer: {adafac_mlp: {hidden: 8}}",
         "optimizer: {mlp_lopt: {features: [time, gradient, time]}}",
         {"3:51: optimizer.mlp_lopt.features[2] is time once more; each name may stand in the list "
          "once, of gradient, parameter, momentum, hessian_diagonal, gauss_newton_diagonal, "
          "kronecker and time"}},
        {"CurvatureOfNoFeature",
         "optimizer: {adafac_mlp: {hidden: 8}}",
         "optimizer: {adafac_mlp: {curvature: {every: 5}}}",
         {"3:26: optimizer.adafac_mlp.curvature is for features from curvature, and "
          "optimizer.adafac_mlp.features names none of hessian_diagonal, gauss_newton_diagonal and "
          "kronecker; name one, or leave optimizer.adafac_mlp.curvature out"}},
        {"LearningRateOfAFeatureThatIsNotThere",
         "optimizer: {adafac_mlp: {hidden: 8}}",
         "optimizer: {linear: {features: [momentum]}}",
         {"3:32: optimizer.linear.features lacks gradient, whose weight "
          "optimizer.linear.learning_rate is; name gradient, or set optimizer.linear.learning_rate "
          "to 0"}},
        {"DecaysThatAreNotThree",
         "optimizer: {adafac_mlp: {hidden: 8}}",
         "optimizer: {hyper_v2: {momentum_decays: [0.9]}}",
         {"3:41: optimizer.hyper_v2.momentum_decays has 1 item; it must have three, or be left out "
          "for 0.9, 0.99, 0.999"}},
        {"DecaysThatAreNotThreeOfAdafac",
         "optimizer: {adafac_mlp: {hidden: 8}}",
         "optimizer: {mlp_nom_lopt: {adafactor_decays: [0.9, 0.99]}}",
         {"3:46: optimizer.mlp_nom_lopt.adafactor_decays has 2 items; it must have three, or be "
          "left out for 0.9, 0.99, 0.999"}},
        {"AValidationModeThatNobodySees",
         "optimizer: {adafac_mlp: {hidden: 8}}",
         "optimizer: {hyper_v2: {validation_mode: true}}",
         {"3:41: optimizer.hyper_v2.validation_mode is true, which only "
          "optimizer.hyper_v2.with_validation_feature_dim: true can show"}},
        {"ClippingOfTwoKinds",
         "optimizer: {adafac_mlp: {hidden: 8}}",
         "optimizer: {celo2: {clip: {element: 1, global_norm: 1}}}",
         {"3:40: optimizer.celo2.clip has both \"element\" and \"global_norm\"; keep one of them"}},
        {"NetworkTooDeep",
         "optimizer: {adafac_mlp: {hidden: 8}}",
         "optimizer: {mlp_nom_lopt: {layers: 9, hidden: 513}}",
         {"3:36: optimizer.mlp_nom_lopt.layers is 9; it must be a whole number from 0 to 8",
          "3:47: optimizer.mlp_nom_lopt.hidden is 513; it must be a whole number from 1 to 512"}},
        {"FlagThatIsNeitherTrueNorFalse",
         "optimizer: {adafac_mlp: {hidden: 8}}",
         "optimizer: {linear: {normalize: yes}}",
         {"3:33: optimizer.linear.normalize is \"yes\"; it must be true or false"}},
    }),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Keys, FaultTest,
    ::testing::ValuesIn(std::vector<Case>{
        {"UnknownKeyHasTheNearestName",
         "seed: 7",
         "sede: 7",
         {"2:1: unknown key \"sede\"; did you mean \"seed\"?"}},
        {"CaseAndHyphensDoNotHideTheName",
         "clip: {global_norm: 1}",
         "Clip: {global-norm: 1}",
         {"20:3: unknown key \"Clip\" in outer; did you mean \"clip\"?"}},
        {"UnknownKeyNearNothingHasTheListOfKeys",
         "  steps: 600",
         "  steps: 600\n  momentum_schedule: 1",
         {"18:3: unknown key \"momentum_schedule\" in outer; the keys here are steps, optimizer, "
          "schedule, clip and accumulate"}},
        {"MisspelledKeyIsNotMissingAsWell",
         "  steps: 600",
         "  step: 600",
         {"17:3: unknown key \"step\" in outer; did you mean \"steps\"?"}},
        {"MisspelledAlternativeIsNotMissingAsWell",
         "nres: {",
         "nress: {",
         {"13:3: unknown key \"nress\" in estimator; did you mean \"nres\"?"}},
        {"MisspelledSecondKeyNamesTheFirst",
         "    weight: 2",
         "    weight: 2\n    weigth: 3",
         {"9:5: unknown key \"weigth\" in tasks[0]; did you mean \"weight\", which is there too?"}},
        {"KeyOfAnInnerMappingSaysWhereItBelongs",
         "  particles: 16",
         "  particles: 16\n  window: 20",
         {"15:3: unknown key \"window\" in estimator; it belongs in estimator.nres, estimator.pes, "
          "estimator.truncated_es or estimator.gpes"}},
        {"KeyOfAnOuterMappingSaysWhereItBelongs",
         "sigma: 0.01}",
         "sigma: 0.01, seed: 3}",
         {"13:35: unknown key \"seed\" in estimator.nres; it belongs in the top level"}},
        {"KeyInAMappingWithoutKeys",
         "  clip: {global_norm: 1}",
         "  schedule: {constant: {factor: 1}}",
         {"20:25: unknown key \"factor\" in outer.schedule.constant; this mapping has no keys: "
          "write {}"}},
        {"DuplicateKey",
         "  block: 4",
         "  block: 4\n  particles: 32",
         {"16:3: duplicate key \"particles\"; it was given first at 14:3: keep one"}},
        {"MissingValueIsNamedAtItsParent",
         "  steps: 600\n",
         "",
         {"16:1: outer.steps is missing; it must be a whole number from 1 to 100000000"}},
        {"MissingMappingIsNamedAtTheBeginning",
         "episode:\n  log_uniform: {min: 100, max: 1000}\n",
         "",
         {"1:1: episode is missing; it must be a mapping with exactly one of constant, "
          "log_uniform or curriculum"}},
        {"MissingNameIsDescribed",
         "name: trial\n",
         "",
         {"1:1: name is missing; it must be 1 to 63 lower-case letters, digits and inner hyphens"}},
        {"MissingListInAnElement",
         "      hidden: [32]\n",
         "",
         {"5:5: tasks[0].image_mlp.hidden is missing; it must be a list of at most 16 items, each "
          "a whole "
          "number from 1 to 4096"}},
        {"NoneOfTheAlternatives",
         "  - quadratic: {dimension: 10}",
         "  - weight: 1",
         {"9:5: tasks[1] has none of " + testing::TaskKinds() + "; it must have exactly one"}},
        {"TwoOfTheAlternatives",
         "    adam: {learning_rate: 1.0e-3}",
         "    adam: {learning_rate: 1.0e-3}\n    sgd: {learning_rate: 1.0e-3}",
         {"20:5: outer.optimizer has both \"adam\" and \"sgd\"; keep one of them"}},
        {"KeyThatIsNoWord", "seed: 7", "[seed]: 7", {"2:1: a key must be a plain word"}},
        {"KeyThatIsNothing",
         "adam: {learning_rate: 1.0e-3}",
         "adam: {learning_rate: 1.0e-3,, beta1: 0.5}",
         {"19:34: a key must be a plain word"}},
    }),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Values, FaultTest,
    ::testing::ValuesIn(std::vector<Case>{
        {"BelowTheRange",
         "steps: 600",
         "steps: 0",
         {std::string("17:10: outer.steps is 0; ") + kSteps}},
        {"AboveTheRange",
         "steps: 600",
         "steps: 100000001",
         {std::string("17:10: outer.steps is 100000001; ") + kSteps}},
        {"AboveTheType",
         "steps: 600",
         "steps: 4294967896",
         {std::string("17:10: outer.steps is \"4294967896\"; ") + kSteps}},
        {"AboveAllTypes",
         "seed: 7",
         "seed: 18446744073709551616",
         {"2:7: seed is 18446744073709551616, which is too large; it must be a whole number below "
          "2^64"}},
        {"NegativeForAWholeNumber",
         "steps: 600",
         "steps: -1",
         {std::string("17:10: outer.steps is -1, which is negative; ") + kSteps}},
        {"ExclusiveBound",
         "learning_rate: 1.0e-3",
         "learning_rate: 0",
         {std::string("19:27: outer.optimizer.adam.learning_rate is 0; ") + kRate}},
        {"ElementOfAListOutOfRange",
         "hidden: [32]",
         "hidden: [32, 5000]",
         {"6:20: tasks[0].image_mlp.hidden[1] is 5000; it must be a whole number from 1 to 4096"}},
        {"Fraction",
         "steps: 600",
         "steps: 60.5",
         {std::string("17:10: outer.steps is 60.5, which is not a whole number; ") + kSteps}},
        {"ExponentForAWholeNumber",
         "steps: 600",
         "steps: 6e2",
         {"17:10: outer.steps is 6e2, which is written as a decimal; write 600"}},
        {"Octal",
         "steps: 600",
         "steps: 010",
         {"17:10: outer.steps is 010, which looks octal; write 10, or 8 if octal was meant"}},
        {"Hexadecimal",
         "steps: 600",
         "steps: 0x10",
         {"17:10: outer.steps is 0x10, which is hexadecimal; write 16"}},
        {"Underscores",
         "steps: 600",
         "steps: 1_000",
         {"17:10: outer.steps is 1_000, which has separators between its digits; write 1000"}},
        {"NotANumber",
         "sigma: 0.01",
         "sigma: .nan",
         {"13:29: estimator.nres.sigma is .nan, which is not a finite number; it must be a number "
          "from 1e-06 to 100"}},
        {"Infinite",
         "learning_rate: 1.0e-3",
         "learning_rate: -.inf",
         {std::string("19:27: outer.optimizer.adam.learning_rate is -.inf, which is not a finite "
                      "number; ") +
          kRate}},
        {"TrailingJunk",
         "learning_rate: 1.0e-3",
         "learning_rate: 1.0e-3x",
         {std::string("19:27: outer.optimizer.adam.learning_rate is \"1.0e-3x\"; ") + kRate}},
        {"QuotedNumber",
         "steps: 600",
         "steps: \"600\"",
         {"17:10: outer.steps is the text \"600\"; write a number, without quotes"}},
        {"NoValue",
         "steps: 600",
         "steps:",
         {std::string("17:3: outer.steps has no value; ") + kSteps}},
        {"NoMapping",
         "  clip: {global_norm: 1}",
         "  clip:",
         {"20:3: outer.clip has no value; it must be a mapping with exactly one of element or "
          "global_norm"}},
        {"ListForANumber",
         "steps: 600",
         "steps: [600]",
         {std::string("17:10: outer.steps is a list; ") + kSteps}},
        {"MappingForANumber",
         "steps: 600",
         "steps: {a: 600}",
         {std::string("17:10: outer.steps is a mapping; ") + kSteps}},
        {"NumberForAList",
         "hidden: [32]",
         "hidden: 32",
         {"6:15: tasks[0].image_mlp.hidden is \"32\"; it must be a list of at most 16 items, each "
          "a whole "
          "number from 1 to 4096"}},
        {"NothingInAList",
         "hidden: [32]",
         "hidden: [32, , 16]",
         {"6:20: tasks[0].image_mlp.hidden[1] has no value; it must be a whole number from 1 to "
          "4096"}},
        {"NothingForAMappingOfDefaults",
         "  - quadratic: {dimension: 10}",
         "  - quadratic:",
         {"9:5: tasks[1].quadratic has no value; it must be a mapping with the keys dimension, "
          "kind, noise and condition; "
          "write {} for the defaults"}},
        {"AlternativeThatNeedsKeys",
         "  nres: {window: 50, sigma: 0.01}\n  particles: 16\n  block: 4\n",
         "  nres\n",
         {"13:3: estimator is \"nres\"; it must be a mapping with exactly one of nres, pes, "
          "truncated_es, full_es or gpes and the keys particles, block, antithetic, weighting, "
          "clip, sign and leaf_sigma; write {nres: ...}"}},
        {"AlternativeWithoutItsMapping",
         "optimizer: {adafac_mlp: {hidden: 8}}",
         "optimizer: adafac_mlp",
         {"3:12: optimizer is \"adafac_mlp\"; it must be a mapping with exactly one of " +
          testing::OptimizerKinds() + "; write {adafac_mlp: {}}"}},
        {"TextForAMappingInAList",
         "  - quadratic: {dimension: 10}",
         "  - quadratic",
         {"9:5: tasks[1] is \"quadratic\"; it must be a mapping with exactly one of " +
          testing::TaskKinds() + " and the keys weight and augment; write {quadratic: {}}"}},
        {"TooManyItems",
         "hidden: [32]",
         "hidden: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]",
         {"6:15: tasks[0].image_mlp.hidden has 17 items; it must be a list of at most 16 items, "
          "each a "
          "whole number from 1 to 4096"}},
        {"EnumValueHasTheNearestName",
         "activation: relu",
         "activation: rleu",
         {"7:19: tasks[0].image_mlp.activation is \"rleu\"; did you mean relu? it must be one of "
          "relu, "
          "relu6, selu, tanh, cos, sin, sigmoid, silu, gelu, leaky_relu or any"}},
        {"EnumPrefixIsNotWritten",
         "dimension: 10",
         "kind: QUADRATIC_KIND_LOG",
         {"9:23: tasks[1].quadratic.kind is \"QUADRATIC_KIND_LOG\"; it must be one of plain, "
          "target, log, sum, data, noisy_mean, noisy_gradient or spectrum"}},
        {"PatternOfTheName",
         "name: trial",
         "name: -Trial-",
         {"1:7: name is \"-Trial-\"; it must be 1 to 63 lower-case letters, digits and inner "
          "hyphens"}},
        {"LengthOfTheName",
         "name: trial",
         "name: a234567890123456789012345678901234567890123456789012345678901234",
         {"1:7: name is \"a234567890123456789012345678901234567890...\"; it must be 1 to 63 "
          "lower-case "
          "letters, digits and inner hyphens"}},
    }),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    BetweenFields, FaultTest,
    ::testing::ValuesIn(std::vector<Case>{
        {"BlockDividesParticles",
         "block: 4",
         "block: 6",
         {"15:10: estimator.block is 6, which does not divide estimator.particles, 16; write 4 or "
          "8"}},
        {"BlockIsAtMostTheParticles",
         "block: 4",
         "block: 17",
         {"15:10: estimator.block is 17, which does not divide estimator.particles, 16; write 16"}},
        {"DefaultedFieldIsNamedAtItsParent",
         "  particles: 16\n  block: 4",
         "  particles: 12",
         {"12:1: estimator.block is 8, which does not divide estimator.particles, 12; write 6 or "
          "12"}},
        {"LengthsAreInOrder",
         "min: 100, max: 1000",
         "min: 100, max: 99",
         {"11:32: episode.log_uniform.max is 99, below episode.log_uniform.min, 100; it must be at "
          "least "
          "that"}},
        {"WeightDecayIsForAdamw",
         "learning_rate: 1.0e-3",
         "learning_rate: 1.0e-3, weight_decay: 0.1",
         {"19:49: outer.optimizer.adam.weight_decay is for adamw; write adamw for adam, or leave "
          "it out"}},
        {"WarmUpEndsBeforeTheJob",
         "  clip: {global_norm: 1}",
         "  schedule: {cosine: {warmup_steps: 600}}",
         {"20:37: outer.schedule.cosine.warmup_steps is 600; it must be below outer.steps, 600"}},
        {"BoundariesRise",
         "  clip: {global_norm: 1}",
         "  schedule: {piecewise: {boundaries: [{step: 5, factor: 1}, {step: 5, factor: 2}]}}",
         {"20:68: outer.schedule.piecewise.boundaries[1].step is 5; it must be above the step "
          "before it, "
          "5"}},
        {"AbsurdBlock",
         "dimension: 10}\nepisode:\n  log_uniform: {min: 100, max: 1000}\nestimator:\n  nres: "
         "{window: 50, "
         "sigma: 0.01}\n  particles: 16\n  block: 4",
         "dimension: 1000000}\nepisode:\n  log_uniform: {min: 100, max: 1000}\nestimator:\n  nres: "
         "{window: "
         "50, sigma: 0.01}\n  particles: 4096\n  block: 4096",
         {"9:5: tasks[1] has 1000000 parameters: a block of 4096 particles needs 183 GiB of one "
          "worker, and "
          "64 GiB is the most; lower estimator.block or the size of the task"}},
        {"RuleOnABadValueIsNotApplied",
         "particles: 16",
         "particles: -15",
         {"14:14: estimator.particles is -15, which is negative; it must be a whole number from 1 "
          "to "
          "1048576"}},
    }),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Yaml, FaultTest,
    ::testing::ValuesIn(std::vector<Case>{
        {"Anchor",
         "seed: 7",
         "seed: &s 7",
         {"2:7: the anchor \"&s\" is not allowed; write the value wherever it is needed"}},
        {"Alias",
         "seed: 7\noptimizer: {adafac_mlp: {hidden: 8}}",
         "seed: &s 7\noptimizer: {adafac_mlp: {hidden: *s}}",
         {"2:7: the anchor \"&s\" is not allowed; write the value wherever it is needed",
          "3:34: an alias (*name) is not allowed; write the value itself"}},
        {"Tag",
         "seed: 7",
         "seed: !!int 7",
         {"2:7: a tag (!name) is not allowed; write the value alone"}},
        {"BareTag",
         "seed: 7",
         "seed: ! 7",
         {"2:7: a tag (!name) is not allowed; write the value alone"}},
        {"TagOnAMapping",
         "clip: {global_norm: 1}",
         "clip: !x {global_norm: 1}",
         {"20:9: a tag (!name) is not allowed; write the value alone"}},
        {"MergeKey",
         "  clip: {global_norm: 1}",
         "  <<: {clip: {global_norm: 1}}",
         {"20:3: a merge key (<<) is not allowed; write the keys themselves"}},
        {"SecondDocument",
         "seed: 7",
         "seed: 7\n---\nname: other",
         {"3:1: a second document begins here; a config is one document"}},
        {"UnclosedDoubleQuote",
         "  clip: {global_norm: 1}",
         "dataset: \"a\\\"",
         {"20:10: this quote is never closed; close it or leave it out"}},
        {"UnclosedSingleQuote",
         "  clip: {global_norm: 1}",
         "dataset: 'it''s",
         {"20:10: this quote is never closed; close it or leave it out"}},
        {"Tab",
         "  steps: 600",
         "\tsteps: 600",
         {"17:1: a tab in the indentation; indent with spaces"}},
        {"Indentation",
         "  steps: 600",
         "   steps: 600",
         {"18:3: not valid YAML: end of map not found; look at the indentation, brackets, quotes "
          "and colons "
          "here and just above"}},
        {"ControlCharacter",
         "seed: 7",
         "seed: 7 # \x07",
         {"2:11: the control character 0x07; a config is plain text"}},
        {"Utf8",
         "seed: 7",
         "seed: 7 # \xC3(",
         {"2:11: the byte 0xc3 is not UTF-8; save the file as UTF-8"}},
        {"Depth",
         "seed: 7",
         "seed: [[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]",
         {"2:22: nested deeper than 16 levels"}},
    }),
    NameOf);

TEST(Faults, OfManyKindsAreListedAtOnceInTheOrderOfTheFile) {
  const char* const yaml = R"(name: Trial
sed: 7
optimizer: {}
tasks:
  - image_mlp: {hidden: [32, 0x20], activation: tan}
episode: {constant: {steps: 010}}
estimator: {nres: {window: 0, sigma: .inf}, particles: 10, block: 3, block: 4}
outer: {optimizer: {adam: {}}}
)";
  EXPECT_THAT(
      testing::FaultsOf(yaml),
      ElementsAre(
          "job.yaml:1:7: name is \"Trial\"; it must be 1 to 63 lower-case letters, digits and "
          "inner hyphens",
          "job.yaml:2:1: unknown key \"sed\"; did you mean \"seed\"?",
          "job.yaml:3:1: optimizer has none of " + testing::OptimizerKinds() +
              "; it must have exactly one",
          "job.yaml:5:30: tasks[0].image_mlp.hidden[1] is 0x20, which is hexadecimal; write 32",
          "job.yaml:5:49: tasks[0].image_mlp.activation is \"tan\"; did you mean tanh? it must be "
          "one of "
          "relu, relu6, selu, tanh, cos, sin, sigmoid, silu, gelu, leaky_relu or any",
          "job.yaml:6:29: episode.constant.steps is 010, which looks octal; write 10, or 8 if "
          "octal was "
          "meant",
          "job.yaml:7:28: estimator.nres.window is 0; it must be a whole number from 1 to 1000000",
          "job.yaml:7:38: estimator.nres.sigma is .inf, which is not a finite number; it must be a "
          "number from 1e-06 to 100",
          "job.yaml:7:67: estimator.block is 3, which does not divide estimator.particles, 10; "
          "write 2 or 5",
          "job.yaml:7:70: duplicate key \"block\"; it was given first at 7:60: keep one",
          "job.yaml:8:1: outer.steps is missing; it must be a whole number from 1 to 100000000",
          "job.yaml:8:21: outer.optimizer.adam.learning_rate is missing; it must be a number above "
          "0 and at "
          "most 1000000"));
}

TEST(Faults, OfAnEmptyFileSayWhereToBegin) {
  const char* const message =
      "job.yaml:1:1: the config is empty; configs/quickstart.yaml is one to start from";
  for (const char* yaml : {"", "\n\n", "# nothing\n", "---\n", "~\n"}) {
    EXPECT_THAT(testing::FaultsOf(yaml), ElementsAre(message)) << yaml;
  }
}

TEST(Faults, OfAFileThatIsNoMappingSaySo) {
  for (const char* yaml : {"- a\n- b\n", "hello\n", "[]\n", "\"name: x\"\n"}) {
    EXPECT_THAT(testing::FaultsOf(yaml),
                ElementsAre("job.yaml:1:1: a config is a mapping; begin with the line name: NAME"))
        << yaml;
  }
}

TEST(Faults, OfANulByteAreFound) {
  EXPECT_THAT(testing::FaultsOf(std::string_view("name: a\0b\n", 10)),
              ElementsAre("job.yaml:1:8: the control character 0x00; a config is plain text"));
}

}  // namespace
}  // namespace paceline
