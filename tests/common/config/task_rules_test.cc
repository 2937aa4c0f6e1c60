#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/common/config/trial_config.h"

namespace paceline {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::string With(const std::string& task, const std::string& rest = "") {
  return R"(name: trial
optimizer: {adafac_mlp: {hidden: 4}}
tasks:
  - )" + task +
         R"(
episode: {constant: {steps: 100}}
estimator: {pes: {window: 50}, particles: 8, block: 8}
outer: {steps: 10, optimizer: {adam: {learning_rate: 0.001}}}
)" + rest;
}

TEST(TaskRules, ASampleOfEveryFamilyIsAJob) {
  for (const char* family :
       {"image_mlp", "conv_net", "resnet", "autoencoder", "vae", "rnn_lm", "transformer_lm", "vit",
        "quadratic", "graph_net", "policy_gradient", "optimizer_training"}) {
    const std::string task = std::string("sample: {") + family + ": {}, budget: {bytes: 1e9}}";
    EXPECT_THAT(testing::FaultsOf(With(task)), IsEmpty()) << family;
  }
}

TEST(TaskRules, ARangeBeginsBeforeItEnds) {
  EXPECT_THAT(testing::FaultsOf(With("sample: {conv_net: {channels: [64, 4], layers: [2, 2]}}")),
              ElementsAre("job.yaml:4:35: tasks[0].sample.conv_net.channels is [64, 4], which ends "
                          "below its beginning; write [4, 64]"));
  EXPECT_THAT(testing::FaultsOf(With("sample: {quadratic: {condition: [100, 1.5]}}")),
              ElementsAre(HasSubstr("tasks[0].sample.quadratic.condition is [100, 1.5], which ")));
  // A range of one number has been told of by its own rule.
  EXPECT_THAT(testing::FaultsOf(With("sample: {vit: {layers: [3]}}")),
              ElementsAre(HasSubstr("tasks[0].sample.vit.layers")));
}

TEST(TaskRules, ASamplesDataSetsAreThoseOfKnownImages) {
  EXPECT_THAT(testing::FaultsOf(With("sample: {vae: {datasets: [mnist, folder]}}")),
              ElementsAre(HasSubstr("tasks[0].sample.vae.datasets names folder, whose images ")));
}

TEST(TaskRules, ASampleRunsOnEveryTierAsWhatItDrawsDoes) {
  for (const std::string engine : {"auto", "reference", "torch", "fused"}) {
    EXPECT_THAT(testing::FaultsOf(With("sample: {image_mlp: {}}", "engine: " + engine + "\n")),
                IsEmpty())
        << engine;
  }
}

TEST(TaskRules, PoliciesHaveNoFormInTorchNeitherHaveSamplesOfThem) {
  for (const std::string task :
       {"policy_gradient: {hidden: [4]}", "sample: {policy_gradient: {}}"}) {
    for (const std::string engine : {"auto", "reference", "fused"}) {
      EXPECT_THAT(testing::FaultsOf(With(task, "engine: " + engine + "\n")), IsEmpty()) << engine;
    }
    EXPECT_THAT(testing::FaultsOf(With(task, "engine: torch\n")),
                ElementsAre(AllOf(HasSubstr("engine is torch, which does not run tasks[0], a "),
                                  HasSubstr("write auto, reference or fused"))));
  }
}

TEST(TaskRules, APolicysFieldsAreHeldAgainstTheSchema) {
  const auto faults = [](const std::string& fields) {
    return testing::FaultsOf(With("policy_gradient: {" + fields + "}"));
  };
  EXPECT_THAT(faults("environment: pendulum, hidden: [], horizon: 1, batch: 1"), IsEmpty());
  EXPECT_THAT(faults("environment: cartpole, hidden: [4]"),
              ElementsAre(HasSubstr("cart_pole, pendulum or acrobot")));
  EXPECT_THAT(faults("environment: acrobot"), ElementsAre(HasSubstr("hidden is missing")));
  EXPECT_THAT(faults("hidden: [4], horizon: 1001"), ElementsAre(HasSubstr("horizon")));
  EXPECT_THAT(faults("hidden: [4], batch: 0"), ElementsAre(HasSubstr("batch")));
  EXPECT_THAT(faults("hidden: [4], discount: 1.5"), ElementsAre(HasSubstr("discount")));
}

TEST(TaskRules, NoSampleHasFeaturesFromCurvature) {
  const std::vector<std::string> curved = {
      "optimizer={adafac_mlp: {features: [gradient, hessian_diagonal]}}"};
  EXPECT_THAT(testing::FaultsOf(With("sample: {quadratic: {}}"), curved),
              ElementsAre(HasSubstr("tasks[0] is a sample of quadratic tasks, which has no "
                                    "curvature for the optimizer's features")));
}

TEST(TaskRules, AccuracyIsOfSamplesOfClassifiersAlone) {
  const std::string objective = "objective: {accuracy: {}}\n";
  EXPECT_THAT(testing::FaultsOf(With("sample: {image_mlp: {}}", objective)), IsEmpty());
  EXPECT_THAT(testing::FaultsOf(With("sample: {vae: {}}", objective)),
              ElementsAre(HasSubstr("objective.accuracy is not to be had of tasks[0], a sample of "
                                    "vae tasks: it has no classes")));
}

TEST(TaskRules, ALanguageModelHasTwoTokensAtLeast) {
  for (const std::string kind : {"rnn_lm", "transformer_lm"}) {
    EXPECT_THAT(testing::FaultsOf(With(kind + ": {vocabulary: 2}")), IsEmpty());
    EXPECT_THAT(testing::FaultsOf(With(kind + ": {vocabulary: 1}")),
                ElementsAre(HasSubstr("tasks[0]." + kind + ".vocabulary is 1, which leaves ")));
  }
}

TEST(TaskRules, AGraphHasRoomForItsDegree) {
  EXPECT_THAT(testing::FaultsOf(With("graph_net: {hidden: [4], nodes: 10}")),
              ElementsAre(HasSubstr("tasks[0].graph_net.degree is 6, for which two nodes of one "
                                    "community would be joined with probability 2.27; write at "
                                    "most 2.647, less homophily, fewer communities or more "
                                    "nodes")));
  for (const std::string fields : {"degree: 2.647", "homophily: 0", "communities: 2, degree: 5"}) {
    EXPECT_THAT(testing::FaultsOf(With("graph_net: {hidden: [4], nodes: 10, " + fields + "}")),
                IsEmpty())
        << fields;
  }
  EXPECT_THAT(testing::FaultsOf(With("graph_net: {hidden: [4], target: graph, homophily: 0}")),
              ElementsAre(HasSubstr("tasks[0].graph_net.homophily is 0, and target is graph, ")));
}

TEST(TaskRules, ASyntheticTextFitsIntoItsSequences) {
  const auto faults = [](const std::string& model) {
    return testing::FaultsOf(With("transformer_lm: {" + model + "}"));
  };
  EXPECT_THAT(faults("text: {synthetic: {}}"),
              ElementsAre(HasSubstr("tasks[0].transformer_lm.text.synthetic has none of ")));
  EXPECT_THAT(faults("text: {synthetic: {ngram: {symbols: 3}}}"),
              ElementsAre(HasSubstr("tasks[0].transformer_lm.text.synthetic.ngram.branches is 4, "
                                    "more than symbols, which is 3; write at most 3")));
  EXPECT_THAT(faults("text: {synthetic: {associative_recall: {keys: 3}}}"),
              ElementsAre(HasSubstr("text.synthetic.associative_recall.pairs is 4, more than keys, "
                                    "which is 3; write at most 3")));
  EXPECT_THAT(faults("length: 14, text: {synthetic: {associative_recall: {}}}"),
              ElementsAre(HasSubstr("text.synthetic.associative_recall.pairs is 4, and length is "
                                    "14, which has no room for as many questions; write at most "
                                    "3, or a length of at least 15")));
  EXPECT_THAT(faults("length: 2, text: {synthetic: {associative_recall: {}}}"),
              ElementsAre(HasSubstr("tasks[0].transformer_lm.length is 2, which has no room for a "
                                    "pair and a question; write at least 15")));
  EXPECT_THAT(faults("length: 2, text: {synthetic: {modular_addition: {}}}"),
              ElementsAre(HasSubstr("tasks[0].transformer_lm.length is 2, which has no room for a "
                                    "sum; write at least 3")));
  EXPECT_THAT(faults("vocabulary: 18, text: {synthetic: {modular_addition: {}}}"),
              ElementsAre(HasSubstr("tasks[0].transformer_lm.vocabulary is 18, and the synthetic "
                                    "text has 19 tokens")));
  for (const std::string model :
       {"length: 15, text: {synthetic: {associative_recall: {}}}",
        "length: 3, text: {synthetic: {modular_addition: {}}}", "text: {synthetic: {ngram: {}}}",
        "vocabulary: 19, text: {synthetic: {modular_addition: {}}}"}) {
    EXPECT_THAT(faults(model), IsEmpty()) << model;
  }
}

TEST(TaskRules, ASampledLengthHasRoomForASyntheticText) {
  const auto faults = [](const std::string& fields) {
    return testing::FaultsOf(With("sample: {rnn_lm: {" + fields + "}}"));
  };
  const std::string recall = "text: {synthetic: {associative_recall: {}}}";
  EXPECT_THAT(faults(recall + ", length: [8, 64]"),
              ElementsAre(HasSubstr("tasks[0].sample.rnn_lm.length is [8, 64], whose shortest "
                                    "sequences have no room for recall of 4 of 16 keys, 16 values; "
                                    "write [15, 64]")));
  EXPECT_THAT(faults("text: {synthetic: {ngram: {symbols: 2}}}"),
              ElementsAre(HasSubstr("tasks[0].sample.rnn_lm.text.synthetic.ngram.branches is 4")));
  EXPECT_THAT(faults(recall + ", length: [15, 64]"), IsEmpty());
  EXPECT_THAT(faults("text: {synthetic: {modular_addition: {}}}"), IsEmpty());
}

TEST(TaskRules, ALogarithmsMetaLossIsTheParametricOne) {
  EXPECT_THAT(testing::FaultsOf(With("autoencoder: {hidden: [8], log_loss: true}")),
              ElementsAre(StartsWith("job.yaml:4:42: tasks[0].autoencoder.log_loss is true, and "
                                     "meta_loss is fixed, ")));
  for (const std::string fields :
       {"log_loss: true, meta_loss: parametric", "log_loss: any", "log_loss: false"}) {
    EXPECT_THAT(testing::FaultsOf(With("autoencoder: {hidden: [8], " + fields + "}")), IsEmpty())
        << fields;
  }
}

// A whole job whose task or which itself has augmentations, and all that is wrong with it.
TEST(AugmentRules, EveryFaultNamesItsPlaceAndWhatWouldBeRight) {
  const std::string mlp = "image_mlp: {hidden: [8]}";
  const auto own = [&](const std::string& augment) {
    return With(mlp + "\n    augment: " + augment);
  };
  const auto of_job = [&](const std::string& augment) {
    return With(mlp, "augment: " + augment + "\n");
  };
  const struct {
    std::string yaml;
    const char* fault;
  } cases[] = {
      {own("{input_scale: {factor: [2, 1]}}"),
       "job.yaml:5:37: tasks[0].augment.input_scale.factor is [2, 1], which ends below its "
       "beginning; write [1, 2]"},
      {of_job("{label_noise: {part: [0.5, 0.1]}}"),
       "job.yaml:8:31: augment.label_noise.part is [0.5, 0.1], which ends below its beginning; "
       "write [0.1, 0.5]"},
      {own("{reparametrize: {tensor: {scale: [3, 2]}}}"),
       "tasks[0].augment.reparametrize.tensor.scale is [3, 2], which ends below"},
      {own("{reparametrize: {probability: 0.5}}"),
       "tasks[0].augment.reparametrize has none of whole, tensor and element; write one or more of "
       "them, such as tensor: {}"},
      {of_job("{reparametrize: {}}"),
       "augment.reparametrize has none of whole, tensor and element"},
      {own("{storage: {type: f32}}"), "tasks[0].augment.storage.type"},
      {own("{delayed_gradient: {steps: [1, 65]}}"), "tasks[0].augment.delayed_gradient.steps[1]"},
      {own("{gradient_noise: {scale: [1]}}"), "tasks[0].augment.gradient_noise.scale"},
      {own("{loss_scale: {probability: 1.5}}"), "tasks[0].augment.loss_scale.probability"},
      {own("{dropout: {}}"), "dropout"},
      {of_job("{storage: {}}") + "engine: torch\n",
       "engine is torch, which does not run tasks[0], an augmented image_mlp; write auto, "
       "reference "
       "or fused"},
      {own("{storage: {}}") + "engine: torch\n", "engine is torch, which does not run tasks[0]"},
  };
  for (const auto& one : cases) {
    EXPECT_THAT(testing::FaultsOf(one.yaml), ElementsAre(HasSubstr(one.fault))) << one.yaml;
  }
}

TEST(AugmentRules, AllOfThemTogetherAreFine) {
  EXPECT_THAT(
      testing::FaultsOf(
          With("image_mlp: {hidden: [8]}",
               "augment: {input_scale: {}, label_noise: {}, reduced_batch: {}, initial_scale: {}, "
               "reparametrize: {whole: {}, element: {scale: [0.1, 10]}}, storage: {type: f16, of: "
               "gradients}, es_gradient: {}, delayed_gradient: {}, subsampled_directions: {}, "
               "normalized_gradient: {}, gradient_noise: {}, loss_scale: {}}\n")),
      IsEmpty());
}

TEST(AugmentRules, DynamicalSystemsHaveNone) {
  const auto system = [](const std::string& augment, const std::string& rest) {
    return R"(name: trial
optimizer: {system_parameters: {initial: [0.5]}}
tasks:
  - influence_balancing: {})" +
           augment + R"(
episode: {constant: {steps: 100}}
estimator: {pes: {window: 50}, particles: 8, block: 8}
outer: {steps: 10, optimizer: {adam: {learning_rate: 0.001}}}
)" + rest;
  };
  EXPECT_THAT(testing::FaultsOf(system("", "")), IsEmpty());
  EXPECT_THAT(testing::FaultsOf(system("\n    augment: {loss_scale: {}}", "")),
              ElementsAre(HasSubstr("tasks[0].augment is for tasks that an optimizer trains, and "
                                    "influence_balancing is a dynamical system; leave it out")));
  EXPECT_THAT(
      testing::FaultsOf(system("", "augment: {loss_scale: {}}\n")),
      ElementsAre(HasSubstr("augment is for tasks that an optimizer trains, and tasks[0] is "
                            "a dynamical system; leave it out")));
}

// Products with a Hessian are not made of what an optimizer sees of an augmented task.
TEST(AugmentRules, LeaveNoCurvature) {
  EXPECT_THAT(
      testing::FaultsOf(With("image_mlp: {hidden: [8]}", "augment: {loss_scale: {}}\n"),
                        {"optimizer={adafac_mlp: {features: [gradient, hessian_diagonal]}}"}),
      ElementsAre(HasSubstr("tasks[0] is augmented, which leaves no curvature for the optimizer's "
                            "features; leave features such as hessian_diagonal out, or augment")));
}

}  // namespace
}  // namespace paceline
