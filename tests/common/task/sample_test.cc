#include "common/task/sample.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "common/task/sampled_families.h"
#include "common/task/task_fault.h"

namespace paceline {
namespace {

using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::StartsWith;

constexpr uint64_t kKey = 11;

// A sample of every family, with default ranges.
std::vector<v1::Task> EveryFamily() {
  std::vector<v1::Task> tasks;
  const auto& families = *v1::Sample::descriptor()->FindOneofByName("family");
  for (int i = 0; i < families.field_count(); ++i) {
    v1::Task task;
    v1::Sample& sample = *task.mutable_sample();
    sample.GetReflection()->MutableMessage(&sample, families.field(i));
    task.set_weight(1);
    tasks.push_back(task);
  }
  return tasks;
}

v1::Task SampleOfMlps() {
  v1::Task task;
  task.mutable_sample()->mutable_image_mlp();
  return task;
}

TEST(DrawTask, ATaskThatIsNoSampleStaysAsItIs) {
  v1::Task task;
  task.mutable_quadratic()->set_dimension(7);
  task.set_weight(3);
  EXPECT_EQ(DrawTask(task, kKey, 1, 2).SerializeAsString(), task.SerializeAsString());
}

TEST(DrawTask, IsAFunctionOfSeedBlockAndEpisode) {
  for (const v1::Task& task : EveryFamily()) {
    const std::string drawn = DrawTask(task, kKey, 3, 40).SerializeAsString();
    EXPECT_EQ(DrawTask(task, kKey, 3, 40).SerializeAsString(), drawn);
    EXPECT_NE(DrawTask(task, kKey + 1, 3, 40).SerializeAsString(), drawn);
    EXPECT_NE(DrawTask(task, kKey, 4, 40).SerializeAsString(), drawn);
    EXPECT_NE(DrawTask(task, kKey, 3, 41).SerializeAsString(), drawn);
  }
}

TEST(DrawTask, EveryDrawIsATaskThatTheSchemaAllows) {
  for (v1::Task task : EveryFamily()) {
    task.set_weight(2.5);
    for (uint32_t episode = 0; episode < 500; ++episode) {
      const v1::Task drawn = DrawTask(task, kKey, 0, episode);
      ASSERT_TRUE(IsValid(drawn)) << drawn.ShortDebugString();
      ASSERT_FALSE(drawn.has_sample());
      ASSERT_EQ(drawn.weight(), 2.5);
    }
  }
}

TEST(DrawTask, RangesOfTheConfigAreKept) {
  v1::Task task;
  v1::SampledConvNet& config = *task.mutable_sample()->mutable_conv_net();
  config.add_datasets(v1::DATASET_MNIST);
  config.add_datasets(v1::DATASET_SVHN);
  for (const uint32_t end : {5, 9}) config.add_channels(end);
  for (const uint32_t end : {2, 3}) config.add_layers(end);
  for (const uint32_t end : {1, 1}) config.add_strided(end);
  for (const uint32_t end : {12, 12}) config.add_size(end);
  std::set<v1::Dataset> datasets;
  std::set<uint32_t> channels;
  std::set<int> layers;
  for (uint32_t episode = 0; episode < 400; ++episode) {
    const v1::ConvNet drawn = DrawTask(task, kKey, 0, episode).conv_net();
    datasets.insert(drawn.dataset());
    channels.insert(drawn.channels().begin(), drawn.channels().end());
    layers.insert(drawn.channels_size());
    EXPECT_EQ(drawn.size(), 12u);
    EXPECT_EQ(std::ranges::count(drawn.strides(), 2u), 1);
    EXPECT_THAT(drawn.batch(), AllOf(Ge(4u), Le(511u))) << "the default range";
  }
  EXPECT_EQ(datasets, (std::set{v1::DATASET_MNIST, v1::DATASET_SVHN}));
  EXPECT_EQ(channels, (std::set<uint32_t>{5, 6, 7, 8})) << "the last is not drawn";
  EXPECT_EQ(layers, (std::set{2, 3})) << "both ends of a uniform range are";
}

TEST(DrawTask, QuadraticsAreLogUniformInDimensionAndCondition) {
  v1::Task task;
  task.mutable_sample()->mutable_quadratic();
  constexpr int kDraws = 20000;
  int below_16 = 0, condition_below_100 = 0;
  for (uint32_t episode = 0; episode < kDraws; ++episode) {
    const v1::Quadratic drawn = DrawTask(task, kKey, 0, episode).quadratic();
    EXPECT_EQ(drawn.kind(), v1::QUADRATIC_KIND_SPECTRUM);
    EXPECT_THAT(drawn.condition(), AllOf(Ge(1.0), Le(1e4)));
    below_16 += drawn.dimension() < 16;
    condition_below_100 += drawn.condition() < 100;
  }
  // ln(16/2)/ln(512/2) and ln(100)/ln(10⁴); four standard errors.
  EXPECT_NEAR(below_16 / double{kDraws}, 3.0 / 8, 4 * std::sqrt(0.25 / kDraws));
  EXPECT_NEAR(condition_below_100 / double{kDraws}, 0.5, 4 * std::sqrt(0.25 / kDraws));
}

TEST(DrawTask, GraphsAreOfBothLayersAndTargetsAndHaveRoomForTheirDegree) {
  v1::Task task;
  task.mutable_sample()->mutable_graph_net();
  std::set<std::pair<int, int>> kinds;
  bool full = false, sparse = false;
  for (uint32_t episode = 0; episode < 200; ++episode) {
    const v1::Task drawn = DrawTask(task, kKey, 0, episode);
    ASSERT_TRUE(IsValid(drawn)) << drawn.ShortDebugString();
    kinds.emplace(drawn.graph_net().layer(), drawn.graph_net().target());
    full = full || drawn.graph_net().degree() == 6;
    sparse = sparse || drawn.graph_net().degree() < 6;
  }
  EXPECT_EQ(kinds.size(), 4u);
  EXPECT_TRUE(full && sparse);
}

TEST(DrawTask, ASyntheticTextKeepsItsVocabularyAndAsksForNoFile) {
  v1::Task task;
  v1::SampledRnnLm& config = *task.mutable_sample()->mutable_rnn_lm();
  EXPECT_EQ(DataOf(task).size(), 1u);
  const v1::RnnLm of_file = DrawTask(task, kKey, 0, 1).rnn_lm();
  config.mutable_text()->set_vocabulary(259);
  config.mutable_text()->mutable_synthetic()->mutable_modular_addition()->set_modulus(5);
  EXPECT_TRUE(DataOf(task).empty());
  EXPECT_THAT(FactsOf(task).text, HasSubstr("rnn_lms of addition modulo 5, embedding [8, 256]"));
  const v1::Task drawn = DrawTask(task, kKey, 0, 1);
  ASSERT_TRUE(IsValid(drawn)) << drawn.ShortDebugString();
  EXPECT_EQ(drawn.rnn_lm().vocabulary(), 0u);
  EXPECT_EQ(drawn.rnn_lm().hidden(), of_file.hidden()) << "all else is drawn as of a file";
  EXPECT_EQ(drawn.rnn_lm().batch(), of_file.batch());
  EXPECT_TRUE(DataOf(drawn).empty());
  EXPECT_FALSE(FactsOf(drawn).data.has_value());
  EXPECT_THAT(FactsOf(drawn).text, StartsWith("addition modulo 5, "));
  EXPECT_EQ(FactsOf(drawn).tensors.front().shape.front(), 7);
}

TEST(DrawTask, PoliciesAreOfEveryEnvironmentAndWithinABudget) {
  v1::Task task;
  task.mutable_sample()->mutable_policy_gradient();
  EXPECT_THAT(FactsOf(task).text, HasSubstr("environments [cart_pole, pendulum, acrobot], "));
  v1::Budget& budget = *task.mutable_sample()->mutable_budget();
  budget.set_seconds_per_step(0.01);
  std::set<v1::Environment> environments;
  std::set<int> layers;
  for (uint32_t episode = 0; episode < 100; ++episode) {
    const v1::Task drawn = DrawTask(task, kKey, 0, episode);
    ASSERT_TRUE(IsValid(drawn)) << drawn.ShortDebugString();
    const v1::PolicyGradient& own = drawn.policy_gradient();
    environments.insert(own.environment());
    layers.insert(own.hidden_size());
    EXPECT_THAT(own.batch(), AllOf(Ge(4u), Le(31u)));
    EXPECT_THAT(own.horizon(), AllOf(Ge(32u), Le(199u)));
    for (const uint32_t width : own.hidden()) EXPECT_THAT(width, AllOf(Ge(8u), Le(63u)));
    EXPECT_LE(CostOf(FactsOf(drawn), budget).seconds_per_step, 0.01);
  }
  EXPECT_EQ(environments.size(), 3u);
  EXPECT_EQ(layers, (std::set{1, 2}));
}

TEST(Budget, ADrawAboveItIsDrawnAgain) {
  v1::Task task = SampleOfMlps();
  v1::Budget& budget = *task.mutable_sample()->mutable_budget();
  int changed = 0;
  for (uint32_t episode = 0; episode < 200; ++episode) {
    budget.Clear();
    const std::string any = DrawTask(task, kKey, 0, episode).SerializeAsString();
    budget.set_seconds_per_step(2e-4);
    budget.set_gflops(10);
    budget.set_bytes(2e5);
    const v1::Task drawn = DrawTask(task, kKey, 0, episode);
    const TaskCost cost = CostOf(FactsOf(drawn), budget);
    EXPECT_LE(cost.seconds_per_step, 2e-4);
    EXPECT_LE(cost.bytes, 2e5);
    changed += drawn.SerializeAsString() != any;
  }
  EXPECT_THAT(changed, AllOf(Ge(50), Le(190))) << "some fit at once";
}

TEST(Budget, IfNothingFitsTheSmallestOf512IsTaken) {
  v1::Task task = SampleOfMlps();
  v1::Budget& budget = *task.mutable_sample()->mutable_budget();
  budget.set_bytes(1);
  const v1::Task drawn = DrawTask(task, kKey, 2, 9);
  const double bytes = CostOf(FactsOf(drawn), budget).bytes;
  double least = INFINITY;
  for (uint32_t number = 0; number < 512; ++number) {
    const Stream stream = {
        .key = kKey, .purpose = Purpose::kTaskSample, .particle = 2, .episode = 9, .step = number};
    const v1::Task tried = DrawFamily(task.sample(), TaskDraws(stream));
    least = std::min(least, CostOf(FactsOf(tried), budget).bytes);
  }
  EXPECT_EQ(bytes, least);
}

TEST(Budget, PredictsFromArithmeticAndFloats) {
  TaskFacts facts;
  facts.flops = 3e9;
  facts.tensors = {{.name = "w", .shape = {10}, .offset = 0, .size = 10}};
  facts.batch_floats = 100;
  facts.value_floats = 1000;
  v1::Budget budget;
  EXPECT_DOUBLE_EQ(CostOf(facts, budget).seconds_per_step, 3.0 / 20) << "the schema's 20 gflops";
  budget.set_gflops(2);
  EXPECT_DOUBLE_EQ(CostOf(facts, budget).seconds_per_step, 1.5);
  EXPECT_DOUBLE_EQ(CostOf(facts, budget).bytes, 2 * 4 * 1110);
}

TEST(SampleFacts, SayWhatIsDrawnAndLeaveTheTensorsOpen) {
  for (const v1::Task& task : EveryFamily()) {
    const TaskFacts facts = FactsOf(task);
    EXPECT_TRUE(facts.is_sample);
    EXPECT_TRUE(facts.tensors.empty());
    EXPECT_THAT(facts.article_and_name, StartsWith("a sample of "));
    EXPECT_THAT(facts.text, HasSubstr("["));
    EXPECT_TRUE(facts.tiers.contains(facts.own_tier));
  }
  const TaskFacts facts = FactsOf(SampleOfMlps());
  EXPECT_EQ(facts.article_and_name, "a sample of image_mlp tasks");
  EXPECT_EQ(facts.text,
            "image_mlps of datasets [fashion_mnist], width [8, 128], layers [0, 4], "
            "size [4, 32], batch [4, 512]");
}

}  // namespace
}  // namespace paceline
