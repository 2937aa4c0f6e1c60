#include "common/task/facts.h"

#include <gmock/gmock.h>
#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "common/config/config.h"
#include "common/task/data_use.h"
#include "common/task/task_fault.h"

namespace paceline {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

v1::Task Parsed(const std::string& yaml) {
  const ParsedConfig parsed = ParseConfig("name: t\ntasks: [" + yaml + "]\n", "t");
  EXPECT_EQ(parsed.config.tasks_size(), 1) << yaml;
  return parsed.config.tasks(0);
}

// The smallest config of a kind: what its message says is required.
std::string Smallest(const std::string& kind) {
  static const std::map<std::string, std::string> kRequired = {
      {"image_mlp", "hidden: [4]"},
      {"conv_net", "channels: [4]"},
      {"resnet", "blocks: [1, 1, 1, 1], channels: [4, 4, 4, 4]"},
      {"autoencoder", "hidden: [4]"},
      {"vae", "encoder: [4], decoder: [4]"},
      {"graph_net", "hidden: [4]"},
      {"policy_gradient", "hidden: [4]"},
      {"optimizer_training", "optimizer: {learnable_sgd: {}}, task: {hidden: [4]}"},
      {"table_mlp", "table: {path: t.csv, target: y, features: 3}, hidden: [4]"},
  };
  const auto found = kRequired.find(kind);
  return "{" + kind + ": {" + (found == kRequired.end() ? "" : found->second) + "}}";
}

TEST(TaskFacts, EveryKindSaysWhatItIsAndWhatRunsIt) {
  const auto& kinds = *v1::Task::descriptor()->oneof_decl(0);
  for (int i = 0; i < kinds.field_count(); ++i) {
    const std::string& kind = kinds.field(i)->name();
    if (kind == "sample") continue;  // has no tensors: sample_test.cc
    if (kind == "own") continue;     // likewise: own_test.cc
    SCOPED_TRACE(kind);
    const v1::Task task = Parsed(Smallest(kind));
    const TaskFacts facts = FactsOf(task);
    EXPECT_TRUE(IsValid(task));
    EXPECT_THAT(facts.article_and_name, HasSubstr(facts.is_system() ? "system" : kind));
    EXPECT_THAT(facts.text, Not(IsEmpty()));
    EXPECT_THAT(facts.tensors, Not(IsEmpty()));
    EXPECT_THAT(facts.tiers, Contains(facts.own_tier));
    EXPECT_THAT(facts.tiers, Contains(v1::ENGINE_REFERENCE)) << "the oracle";
    EXPECT_GT(facts.flops, facts.is_system() ? -1 : 0);
  }
}

TEST(TaskFacts, AMessageWithoutAKindHasNone) {
  const TaskFacts facts = FactsOf(v1::Task());
  EXPECT_THAT(facts.tensors, IsEmpty());
  EXPECT_THAT(facts.tiers, IsEmpty());
  EXPECT_EQ(facts.parameter_count(), 0u);
}

TEST(TaskFacts, SmallNetworksAreTheFusedTiersOwnAndLargeOnesLibTorchs) {
  const TaskFacts small = FactsOf(Parsed("{conv_net: {channels: [16, 32]}}"));
  EXPECT_EQ(small.own_tier, v1::ENGINE_FUSED);
  EXPECT_GT(small.scratch_floats, 0u);
  const TaskFacts many_weights = FactsOf(Parsed("{autoencoder: {hidden: [2000], size: 28}}"));
  EXPECT_GT(many_weights.parameter_count(), 2'000'000u);
  EXPECT_EQ(many_weights.own_tier, v1::ENGINE_TORCH);
  const TaskFacts much_work = FactsOf(Parsed("{conv_net: {channels: [128, 128], size: 32}}"));
  EXPECT_GT(much_work.flops, 4e9);
  EXPECT_EQ(much_work.own_tier, v1::ENGINE_TORCH);
  for (const TaskFacts& facts : {many_weights, much_work}) {
    EXPECT_THAT(facts.tiers, Contains(v1::ENGINE_FUSED));
  }
}

// As rules ask them of configs that are at fault.
TEST(TaskFacts, NumbersBeyondAllBoundsDoNoHarm) {
  v1::Task task;
  v1::ImageMlp& mlp = *task.mutable_image_mlp();
  mlp.set_dataset(static_cast<v1::Dataset>(99));
  mlp.set_size(0xffffffff);
  mlp.set_batch(0xffffffff);
  mlp.set_activation(static_cast<v1::Activation>(99));
  for (int i = 0; i < 4; ++i) mlp.add_hidden(0xffffffff);
  EXPECT_EQ(FactsOf(task).tensors.size(), 10u);
}

// Nobody may be stopped by a question about a config that is at fault.
TEST(TaskFacts, ANetworkThatCannotBeBuiltHasNoTensorsButAName) {
  const std::vector<std::string> faulty = {"{vit: {width: 30, heads: 4}}",
                                           "{vit: {dataset: folder}}",
                                           "{rnn_lm: {vocabulary: 1}}",
                                           "{autoencoder: {hidden: [4], log_loss: true}}",
                                           "{quadratic: {kind: noisy_mean, dimension: 1000000}}",
                                           "{graph_net: {hidden: [4], degree: 40}}",
                                           "{rnn_lm: {text: {synthetic: {}}}}"};
  for (const std::string& yaml : faulty) {
    SCOPED_TRACE(yaml);
    const TaskFacts facts = FactsOf(Parsed(yaml));
    EXPECT_THAT(facts.article_and_name, Not(IsEmpty()));
    EXPECT_THAT(facts.tiers, Contains(v1::ENGINE_TORCH));
    EXPECT_THAT(facts.tensors, IsEmpty());
  }
  v1::Task nothing;
  nothing.mutable_vit();
  EXPECT_THAT(FactsOf(nothing).tensors, IsEmpty());
  nothing.mutable_conv_net();
  EXPECT_THAT(FactsOf(nothing).tensors, IsEmpty());
}

TEST(TaskFacts, ABottleneckHasAQuarterOfTheChannelsInsideRoundedDown) {
  const TaskFacts facts =
      FactsOf(Parsed("{resnet: {blocks: [1, 1, 1, 1], channels: [8, 4, 11, 6]}}"));
  const std::string name = "res_net/~/block_group_2/~/block_0/~/conv_1/w";
  const auto tensor = std::ranges::find(facts.tensors, name, &ParameterTensor::name);
  ASSERT_NE(tensor, facts.tensors.end());
  EXPECT_EQ(tensor->shape, (std::vector<int64_t>{3, 3, 2, 2}));
}

TEST(TaskFacts, TensorsLieOneAfterTheOther) {
  const TaskFacts facts =
      FactsOf(Parsed("{image_mlp: {size: 8, hidden: [32, 7], batch: 3, activation: tanh}}"));
  size_t offset = 0;
  for (const ParameterTensor& tensor : facts.tensors) {
    EXPECT_EQ(tensor.offset, offset) << tensor.name;
    offset += tensor.size;
  }
  EXPECT_EQ(facts.parameter_count(), offset);
  EXPECT_EQ(offset, 64u * 32 + 32 + 32 * 7 + 7 + 7 * 10 + 10);
  EXPECT_EQ(facts.batch_floats, 3u * 64);
  EXPECT_EQ(facts.value_floats, 3u * (32 + 7 + 10));
  EXPECT_THAT(facts.text, HasSubstr("fashion_mnist 8x8, hidden [32, 7], tanh, batch 3"));
}

TEST(TaskFacts, ATaskIsScaledByItsWidthAndNothingElse) {
  const v1::Task task = Parsed("{image_mlp: {size: 8, hidden: [32, 7]}}");
  const v1::Task wider = FactsOf(task).scaled(task, 2, 1);
  EXPECT_EQ(wider.image_mlp().hidden(0), 64u);
  EXPECT_EQ(wider.image_mlp().hidden(1), 14u);
  EXPECT_EQ(wider.image_mlp().size(), 8u);
  EXPECT_EQ(FactsOf(Parsed("{lorenz: {}}")).scaled, nullptr);
}

TEST(TaskFacts, ANetworkOfAnotherWidthIsValidToo) {
  const std::vector<std::string> tasks = {
      "{vit: {width: 12, heads: 3}}",
      "{mlp_mixer: {}}",
      "{conv_net: {channels: [5]}}",
      "{autoencoder: {hidden: [7]}}",
      "{vae: {encoder: [7], decoder: []}}",
      "{rnn_lm: {hidden: 5}}",
      "{transformer_lm: {}}",
      "{resnet: {blocks: [1, 1, 1, 1], channels: [8, 12, 16, 20]}}",
      "{table_mlp: {table: {path: t.csv, target: y, features: 3}, hidden: [7]}}",
      "{policy_gradient: {hidden: [7]}}",
      "{quadratic: {kind: spectrum}}"};
  for (const std::string& yaml : tasks) {
    SCOPED_TRACE(yaml);
    const v1::Task task = Parsed(yaml);
    const TaskFacts facts = FactsOf(task);
    ASSERT_NE(facts.scaled, nullptr);
    for (const auto& [numerator, denominator] : {std::pair(3u, 1u), {1u, 2u}}) {
      const v1::Task other = facts.scaled(task, numerator, denominator);
      EXPECT_TRUE(IsValid(other)) << other.ShortDebugString();
      const size_t count = FactsOf(other).parameter_count();
      EXPECT_EQ(count > facts.parameter_count(), numerator > denominator);
      EXPECT_EQ(count < facts.parameter_count(), numerator < denominator);
    }
  }
}

TEST(DatasetFacts, EveryDataSetOfTheSchemaIsKnown) {
  const auto& values = *v1::Dataset_descriptor();
  for (int i = 0; i < values.value_count(); ++i) {
    const auto dataset = static_cast<v1::Dataset>(values.value(i)->number());
    const DatasetFacts facts = DatasetFactsOf({.dataset = dataset});
    const bool is_named = dataset != v1::DATASET_UNSPECIFIED && dataset != v1::DATASET_FOLDER &&
                          dataset != v1::DATASET_OWN;
    EXPECT_EQ(!facts.name.empty(), is_named) << values.value(i)->name();
    if (!is_named) continue;
    EXPECT_EQ("DATASET_" + absl::AsciiStrToUpper(facts.name), values.value(i)->name());
    EXPECT_GT(facts.height * facts.width * facts.channels * facts.classes, 0);
    EXPECT_GT(facts.examples, 0u);
  }
}

TEST(DatasetFacts, AFoldersAreWhatTheConfigSays) {
  const v1::Task task = Parsed(
      "{conv_net: {channels: [4], dataset: folder, size: 0, images: {grey: true, "
      "stack_channels: 3, folder: {path: mine, height: 5, width: 7, channels: 3, "
      "classes: 11}}}}");
  const TaskFacts facts = FactsOf(task);
  ASSERT_TRUE(facts.data.has_value());
  EXPECT_EQ(ImageShape(std::get<ImageUse>(*facts.data)), (std::vector<int64_t>{5, 7, 3}));
  EXPECT_THAT(facts.text, HasSubstr("mine 5x7 grey"));
  EXPECT_EQ(facts.tensors.back().shape, (std::vector<int64_t>{11}));
}

}  // namespace
}  // namespace paceline
