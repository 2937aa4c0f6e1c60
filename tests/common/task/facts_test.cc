#include "common/task/facts.h"

#include <gmock/gmock.h>
#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include "absl/strings/ascii.h"
#include "common/config/config.h"
#include "common/task/dataset.h"

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

// Every kind that task.proto has, with nothing said of it.
std::vector<v1::Task> EveryKind() {
  std::vector<v1::Task> tasks;
  const auto& kinds = *v1::Task::descriptor()->oneof_decl(0);
  for (int i = 0; i < kinds.field_count(); ++i) {
    v1::Task task;
    task.GetReflection()->MutableMessage(&task, kinds.field(i));
    tasks.push_back(task);
  }
  return tasks;
}

TEST(TaskFacts, EveryKindSaysWhatItIsAndWhatRunsIt) {
  for (const v1::Task& task : EveryKind()) {
    SCOPED_TRACE(task.ShortDebugString());
    const TaskFacts facts = FactsOf(task);
    EXPECT_THAT(facts.article_and_name, Not(IsEmpty()));
    EXPECT_THAT(facts.text, Not(IsEmpty()));
    EXPECT_THAT(facts.tensors, Not(IsEmpty()));
    EXPECT_THAT(facts.tiers, Contains(facts.own_tier));
    EXPECT_THAT(facts.tiers, Contains(v1::ENGINE_REFERENCE)) << "the oracle";
  }
}

TEST(TaskFacts, AMessageWithoutAKindHasNone) {
  const TaskFacts facts = FactsOf(v1::Task());
  EXPECT_THAT(facts.tensors, IsEmpty());
  EXPECT_THAT(facts.tiers, IsEmpty());
  EXPECT_EQ(facts.parameter_count(), 0u);
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

TEST(DatasetFacts, EveryDataSetOfTheSchemaIsKnown) {
  const auto& values = *v1::Dataset_descriptor();
  for (int i = 0; i < values.value_count(); ++i) {
    const auto dataset = static_cast<v1::Dataset>(values.value(i)->number());
    const DatasetFacts* facts = FindDataset(dataset);
    EXPECT_EQ(facts == nullptr, dataset == v1::DATASET_UNSPECIFIED) << values.value(i)->name();
    if (facts == nullptr) continue;
    EXPECT_EQ("DATASET_" + absl::AsciiStrToUpper(std::string(facts->name)),
              values.value(i)->name());
    EXPECT_GT(facts->size * facts->channels * facts->classes, 0);
    EXPECT_GT(facts->examples, 0u);
  }
}

}  // namespace
}  // namespace paceline
