#include "common/task/augment.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>

#include "common/config/config.h"
#include "common/config/task_rules.h"
#include "common/footprint/footprint.h"
#include "common/task/sample.h"

namespace paceline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr uint64_t kKey = 11;
constexpr uint32_t kDraws = 4000;

v1::Task TaskOf(const std::string& augment,
                const std::string& task = "image_mlp: {hidden: [8], batch: 40}") {
  const auto parsed = ParseTask(fmt::format("{{{}, augment: {}}}", task, augment), "task");
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return *parsed;
}

v1::Augmentations Drawn(const v1::Task& task, uint32_t block, uint32_t episode) {
  return DrawTask(task, kKey, block, episode).augment();
}

// Of a part p of the draws, within four standard errors.
void ExpectPart(int count, double p) {
  EXPECT_NEAR(count / double{kDraws}, p, 4 * std::sqrt(p * (1 - p) / kDraws));
}

constexpr char kAll[] =
    "{input_scale: {}, label_noise: {}, reduced_batch: {}, initial_scale: {}, reparametrize: "
    "{whole: {}, tensor: {}, element: {}}, storage: {}, es_gradient: {}, delayed_gradient: {}, "
    "subsampled_directions: {}, normalized_gradient: {}, gradient_noise: {}, loss_scale: {}}";

TEST(DrawAugmentations, IsAFunctionOfSeedBlockAndEpisode) {
  const v1::Task task = TaskOf(kAll);
  const std::string drawn = DrawTask(task, kKey, 3, 40).SerializeAsString();
  EXPECT_EQ(DrawTask(task, kKey, 3, 40).SerializeAsString(), drawn);
  EXPECT_NE(DrawTask(task, kKey + 1, 3, 40).SerializeAsString(), drawn);
  EXPECT_NE(DrawTask(task, kKey, 4, 40).SerializeAsString(), drawn);
  EXPECT_NE(DrawTask(task, kKey, 3, 41).SerializeAsString(), drawn);
}

TEST(DrawAugmentations, EveryDrawIsDrawnAndATaskThatTheSchemaAllows) {
  const v1::Task task = TaskOf(kAll);
  EXPECT_FALSE(IsDrawn(task.augment()));
  for (uint32_t episode = 0; episode < 300; ++episode) {
    const v1::Task drawn = DrawTask(task, kKey, 0, episode);
    ASSERT_TRUE(IsDrawn(drawn.augment())) << drawn.ShortDebugString();
    ASSERT_THAT(AugmentationFaults(drawn), IsEmpty());
    ASSERT_EQ(DrawTask(drawn, kKey, 7, 9).SerializeAsString(), drawn.SerializeAsString())
        << "a draw of a draw is the same";
  }
}

// What is drawn of one depends on no other.
TEST(DrawAugmentations, EachHasDrawsOfItsOwn) {
  const v1::Task all = TaskOf(kAll);
  const v1::Task one = TaskOf("{gradient_noise: {probability: 0.5}, loss_scale: {}}");
  for (uint32_t episode = 0; episode < 50; ++episode) {
    const v1::Augmentations both = Drawn(all, 2, episode), few = Drawn(one, 2, episode);
    EXPECT_EQ(both.loss_scale().factor(0), few.loss_scale().factor(0));
    if (few.has_gradient_noise()) {
      EXPECT_EQ(both.gradient_noise().scale(0), few.gradient_noise().scale(0));
    }
  }
}

TEST(DrawAugmentations, ProbabilitiesAndRangesAreKept) {
  const v1::Task task = TaskOf(
      "{input_scale: {probability: 0.2, factor: [0.1, 10]}, label_noise: {probability: 0, part: "
      "[0, "
      "0.4]}, delayed_gradient: {steps: [0, 3]}, es_gradient: {sigma: [0.01, 0.1], pairs: [1, 4]}, "
      "subsampled_directions: {directions: [1, 16], sign: 0.25}}");
  int scaled = 0, above_one = 0, signs = 0, few = 0;
  std::map<uint32_t, int> steps, pairs;
  for (uint32_t episode = 0; episode < kDraws; ++episode) {
    const v1::Augmentations drawn = Drawn(task, 0, episode);
    EXPECT_FALSE(drawn.has_label_noise());
    scaled += drawn.has_input_scale();
    if (drawn.has_input_scale()) {
      const double factor = drawn.input_scale().factor(0);
      EXPECT_EQ(drawn.input_scale().factor(1), factor);
      EXPECT_TRUE(factor >= 0.1 && factor <= 10) << factor;
      above_one += factor > 1;
    }
    ++steps[drawn.delayed_gradient().steps(0)];
    ++pairs[drawn.es_gradient().pairs(0)];
    signs += drawn.subsampled_directions().sign() == 1;
    few += drawn.subsampled_directions().directions(0) < 4;
  }
  ExpectPart(scaled, 0.2);
  ExpectPart(above_one, 0.1);
  ExpectPart(signs, 0.25);
  ExpectPart(few, 0.5);
  ASSERT_EQ(steps.size(), 4u) << "both ends of a uniform range are drawn";
  for (const auto& [_, count] : steps) ExpectPart(count, 0.25);
  ASSERT_EQ(pairs.size(), 3u) << "the last of a log-uniform one is not";
  for (const uint32_t count : {1u, 2u, 3u}) {
    ExpectPart(pairs[count], std::log((count + 1.0) / count) / std::log(4.0));
  }
}

TEST(DrawAugmentations, ReparametrizationsAreChosenByWeight) {
  const v1::Task task = TaskOf(
      "{reparametrize: {probability: 0.8, whole: {weight: 1, scale: [0.5, 2]}, tensor: {weight: "
      "2}, "
      "element: {weight: 1, scale: [0.1, 10]}}}");
  int whole = 0, tensor = 0, element = 0;
  for (uint32_t episode = 0; episode < kDraws; ++episode) {
    const v1::Augmentations drawn = Drawn(task, 0, episode);
    if (!drawn.has_reparametrize()) continue;
    const v1::Reparametrize& own = drawn.reparametrize();
    ASSERT_EQ(own.has_whole() + own.has_tensor() + own.has_element(), 1);
    whole += own.has_whole();
    tensor += own.has_tensor();
    element += own.has_element();
    if (own.has_whole()) {
      EXPECT_EQ(own.whole().scale(0), own.whole().scale(1));
    }
    if (own.has_element()) {
      EXPECT_THAT(own.element().scale(), ElementsAre(0.1, 10)) << "particles draw of it";
    }
  }
  ExpectPart(whole, 0.2);
  ExpectPart(tensor, 0.4);
  ExpectPart(element, 0.2);
}

TEST(DrawAugmentations, ASamplesDrawIsTheSameWithThem) {
  v1::Task bare;
  bare.mutable_sample()->mutable_image_mlp();
  v1::Task task = bare;
  *task.mutable_augment() = TaskOf(kAll).augment();
  for (uint32_t episode = 0; episode < 20; ++episode) {
    const v1::Task drawn = DrawTask(task, kKey, 1, episode);
    EXPECT_TRUE(drawn.has_image_mlp());
    EXPECT_TRUE(IsDrawn(drawn.augment()));
    EXPECT_EQ(BareTask(drawn).SerializeAsString(),
              DrawTask(bare, kKey, 1, episode).SerializeAsString());
  }
}

TEST(BaseTask, HasTheBatchThatIsLeft) {
  const struct {
    const char* task;
    const char* part;
    uint32_t batch;
  } cases[] = {{"image_mlp: {hidden: [8], batch: 40}", "[0.5, 0.5]", 20},
               {"image_mlp: {hidden: [8], batch: 40}", "[0.99, 0.99]", 39},
               {"image_mlp: {hidden: [8], batch: 40}", "[0.001, 0.001]", 1},
               {"image_mlp: {hidden: [8], batch: 40}", "[1, 1]", 40},
               {"image_mlp: {hidden: [8], batch: 40}", "[0.1, 1]", 40}};
  for (const auto& one : cases) {
    const v1::Task base =
        BaseTaskOf(TaskOf(fmt::format("{{reduced_batch: {{part: {}}}}}", one.part), one.task));
    EXPECT_EQ(base.image_mlp().batch(), one.batch) << one.part;
    EXPECT_FALSE(base.has_augment());
  }
  // Batch norm wants two.
  const v1::Task resnet =
      TaskOf("{reduced_batch: {part: [0.001, 0.001]}}",
             "resnet: {blocks: [1, 1, 1, 1], channels: [4, 4, 8, 8], batch: 8}");
  EXPECT_EQ(BaseTaskOf(resnet).resnet().batch(), 2u);
  const v1::Task quadratic = TaskOf("{reduced_batch: {}}", "quadratic: {dimension: 7}");
  EXPECT_EQ(BaseTaskOf(quadratic).SerializeAsString(), BareTask(quadratic).SerializeAsString());
}

TEST(AugmentedFacts, AreTheBasesButForTiersCurvatureAndCost) {
  const v1::Task task = TaskOf(
      "{delayed_gradient: {steps: [2, 5]}, es_gradient: {pairs: [3, 3]}, storage: {type: f16, of: "
      "gradients}, reparametrize: {probability: 0.5, tensor: {scale: [0.1, 10]}}}");
  const TaskFacts facts = FactsOf(task), base = FactsOf(BareTask(task));
  EXPECT_EQ(facts.article_and_name, "an augmented image_mlp");
  EXPECT_EQ(facts.text, base.text +
                            "; reparametrize tensor 0.1 to 10 (in 50 %), storage f16 of gradients, "
                            "es_gradient sigma 0.001 to 0.1 pairs 3, delayed_gradient 2 to 5");
  EXPECT_EQ(facts.tiers, (std::set{v1::ENGINE_REFERENCE, v1::ENGINE_FUSED}));
  EXPECT_EQ(facts.own_tier, v1::ENGINE_FUSED);
  EXPECT_TRUE(facts.is_augmented);
  EXPECT_TRUE(base.has_curvature);
  EXPECT_FALSE(facts.has_curvature);
  EXPECT_TRUE(facts.has_classes);
  EXPECT_EQ(facts.history_floats, 5 * base.parameter_count());
  EXPECT_EQ(facts.flops, 7 * base.flops);
  EXPECT_EQ(FactsOf(DrawTask(task, kKey, 0, 0)).flops, 7 * base.flops);
  const double halved = FactsOf(TaskOf("{reduced_batch: {part: [0.5, 0.5]}}")).flops / base.flops;
  EXPECT_NEAR(halved, 0.5, 0.05);
}

// Episodes with and without something drawn are of one tier.
TEST(AugmentedFacts, AnEpisodeWithoutAnyIsThePlainTaskInTheFusedTier) {
  v1::Task task = TaskOf("{loss_scale: {probability: 0}}",
                         "conv_net: {channels: [64, 64], size: 64, batch: 512}");
  EXPECT_EQ(FactsOf(BareTask(task)).own_tier, v1::ENGINE_TORCH) << "a large network";
  const v1::Task drawn = DrawTask(task, kKey, 0, 0);
  ASSERT_TRUE(drawn.has_augment());
  EXPECT_FALSE(drawn.augment().has_loss_scale());
  const TaskFacts facts = FactsOf(drawn);
  EXPECT_EQ(facts.own_tier, v1::ENGINE_FUSED);
  EXPECT_EQ(facts.text, FactsOf(BareTask(task)).text);
  EXPECT_FALSE(facts.is_augmented);
}

constexpr char kJob[] = R"(
name: job
optimizer: {learnable_adam: {}}
tasks:
  - image_mlp: {hidden: [8], batch: 8}
  - quadratic: {dimension: 5}
    augment: {loss_scale: {}}
augment: {delayed_gradient: {steps: [3, 3]}}
episode: {constant: {steps: 20}}
estimator: {nres: {window: 5}, particles: 8, block: 2}
outer: {steps: 10, optimizer: {adam: {learning_rate: 1e-3}}}
)";

TEST(TrainedTask, HasTheJobsUnlessItHasItsOwn) {
  const ParsedConfig job = ParseConfig(kJob, "job", {});
  ASSERT_THAT(job.faults, IsEmpty());
  EXPECT_TRUE(TrainedTask(job.config, 0).augment().has_delayed_gradient());
  EXPECT_FALSE(TrainedTask(job.config, 1).augment().has_delayed_gradient());
  EXPECT_TRUE(TrainedTask(job.config, 1).augment().has_loss_scale());
}

TEST(TrainedTask, ADelayTakesMemoryOfEveryRun) {
  v1::JobConfig job = ParseConfig(kJob, "job", {}).config;
  const Footprint delayed = FootprintOf(job);
  job.clear_augment();
  const Footprint plain = FootprintOf(job);
  const uint64_t history = 2 * 3 * sizeof(float) * FactsOf(job.tasks(0)).parameter_count();
  EXPECT_EQ(delayed.particle_bytes, plain.particle_bytes + history);
  EXPECT_EQ(delayed.snapshot_bytes, plain.snapshot_bytes + 2 * history);
}

}  // namespace
}  // namespace paceline
