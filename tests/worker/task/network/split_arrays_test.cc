#include "worker/task/network/split_arrays.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "common/network/builder.h"
#include "tests/worker/data/file_folder.h"
#include "tests/worker/data/random_text.h"
#include "worker/data/bpe.h"
#include "worker/task/network/network_task.h"

namespace paceline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int64_t kLength = 8;

// Logits of the next token that depend on the token alone.
Network Bigrams(int64_t batch, int64_t length) {
  NetworkBuilder net(batch);
  const Value tokens = net.Input(InputKind::kTokens, {length});
  const Value next = net.Input(InputKind::kTokens, {length});
  const Value logits = net.Embed(
      tokens, net.Parameter("w", {kByteVocabulary, kByteVocabulary}, TensorKind::kEmbedding, {}));
  return net.Finish(net.MeanAll(net.CrossEntropy(logits, next)), {.high = 100});
}

Network Linear(int64_t batch, int64_t features, InputKind target) {
  NetworkBuilder net(batch);
  const Value x = net.Input(InputKind::kFeatures, {features});
  const Value y = net.Input(target, {});
  const int64_t out = target == InputKind::kLabels ? 3 : 1;
  const Value logits =
      net.Dense(x, net.Parameter("w", {features, out}, TensorKind::kOutputWeights, {}));
  if (target == InputKind::kLabels) {
    return net.Finish(net.MeanAll(net.CrossEntropy(logits, y)), {.high = 100});
  }
  const Value error = net.Subtract(net.Reshape(logits, {batch}), y);
  return net.Finish(net.MeanAll(net.Square(error)), {.high = 100});
}

struct TextFolder {
  explicit TextFolder(size_t bytes) {
    text = RandomText(bytes, "abcd  \n", 3);
    files.Write("text", text);
  }

  FileFolder files;
  std::string text;
};

TEST(TextArrays, TheSecondInputIsTheFirstOneTokenLater) {
  const TextFolder folder(2000);
  DataStore store(folder.files.path(), "");
  const auto data = LoadTaskData(v1::Text(), Bigrams(4, kLength), store);
  ASSERT_TRUE(data.ok()) << data.status();
  const NetworkTask task(v1::Task(), Bigrams(4, kLength), *data);
  const NetworkInputs inputs = task.Inputs({.key = 5}, /*step=*/3);
  ASSERT_EQ(inputs.arrays.size(), 2u);
  const std::vector<int32_t>&now = inputs.arrays[0].tokens, &next = inputs.arrays[1].tokens;
  ASSERT_EQ(now.size(), 32u);
  const Bpe bytes = Bpe::Of({}).value();
  for (size_t row = 0; row < 4; ++row) {
    const auto window = std::span(now).subspan(row * kLength, kLength);
    const auto later = std::span(next).subspan(row * kLength, kLength);
    EXPECT_TRUE(std::equal(window.begin() + 1, window.end(), later.begin()));
    const std::string both = bytes.Decode(window) + bytes.Decode(later.last(1));
    EXPECT_THAT(folder.text, HasSubstr(both));
  }
}

TEST(TextArrays, EveryPositionBeginsAWindowAndEvaluationTakesThemSideBySide) {
  const TextFolder folder(2000);
  DataStore store(folder.files.path(), "");
  const auto data = LoadTaskData(v1::Text(), Bigrams(4, kLength), store);
  ASSERT_TRUE(data.ok()) << data.status();
  int64_t tokens = 0;
  for (const Split split : {Split::kTrain, Split::kInnerValid, Split::kOuterValid, Split::kTest}) {
    const SplitArrays& arrays = data->Of(split);
    EXPECT_EQ(arrays.stride, kLength);
    for (const TorchArray& array : arrays.arrays) {
      EXPECT_EQ(array.row_stride(), 1);
      EXPECT_EQ(array.row_size(), kLength);
    }
    tokens += arrays.rows + kLength;
  }
  EXPECT_EQ(tokens, 2000);
}

// All weights 0: ln 259 for every token; one step down the gradient is better.
TEST(TextArrays, ANetworkTrainsOnIt) {
  const TextFolder folder(2000);
  DataStore store(folder.files.path(), "");
  const auto data = LoadTaskData(v1::Text(), Bigrams(4, kLength), store);
  ASSERT_TRUE(data.ok()) << data.status();
  const NetworkTask task(v1::Task(), Bigrams(4, kLength), *data);
  std::vector<float> weights(task.parameter_count()), gradient(weights.size());
  const RunSeed seed = {.key = 5};
  task.SampleInitial(seed, weights);
  EXPECT_NEAR(task.Evaluate(seed, weights, Split::kOuterValid, 4).loss, std::log(259.0), 1e-4);
  for (int step = 0; step < 200; ++step) {
    task.LossAndGradient(seed, step, weights, gradient);
    for (size_t i = 0; i < weights.size(); ++i) weights[i] -= 30 * gradient[i];
  }
  // Five signs, of which the space is twice as frequent.
  EXPECT_LT(task.Evaluate(seed, weights, Split::kOuterValid, 4).loss, 3);
}

TEST(TextArrays, ASplitShorterThanASequenceIsRefused) {
  const TextFolder folder(2000);
  DataStore store(folder.files.path(), "");
  const absl::Status status = LoadTaskData(v1::Text(), Bigrams(1, 200), store).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("too few for a sequence of 200 and the token after it; expected at least "
                        "201, as in a text of 4020 tokens"));
}

std::string Rows(int count) {
  std::string csv = "a,b,y\n";
  for (int row = 0; row < count; ++row) {
    csv += std::to_string(row) + "," + std::to_string(row * 7 % 5) + "," + std::to_string(row % 3) +
           "\n";
  }
  return csv;
}

v1::Table Use(uint32_t classes) {
  v1::Table use;
  use.set_path("table.csv");
  use.set_target("y");
  use.set_features(2);
  use.set_classes(classes);
  return use;
}

TEST(TableArrays, RowsAreFeaturesAndLabels) {
  const FileFolder folder;
  folder.Write("table.csv", Rows(60));
  DataStore store(folder.path());
  const Network network = Linear(5, 2, InputKind::kLabels);
  const auto data = LoadTaskData(Use(3), network, store);
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ(data->train.rows, 42);
  EXPECT_EQ(data->test.rows, 6);
  const NetworkTask task(v1::Task(), network, *data);
  const NetworkInputs inputs = task.Inputs({.key = 5}, 0);
  EXPECT_EQ(inputs.arrays[0].floats.size(), 10u);
  EXPECT_EQ(inputs.arrays[1].tokens.size(), 5u);
  const std::vector<float> zeros(task.parameter_count());
  EXPECT_NEAR(task.Evaluate({}, zeros, Split::kTrain, 40).loss, std::log(3.0), 1e-5);
}

TEST(TableArrays, RowsAreFeaturesAndNumbers) {
  const FileFolder folder;
  folder.Write("table.csv", Rows(60));
  DataStore store(folder.path());
  const Network network = Linear(42, 2, InputKind::kTargets);
  const auto data = LoadTaskData(Use(0), network, store);
  ASSERT_TRUE(data.ok()) << data.status();
  const NetworkTask task(v1::Task(), network, *data);
  const std::vector<float> zeros(task.parameter_count());
  // The mean square of standardised numbers.
  EXPECT_NEAR(task.Evaluate({}, zeros, Split::kTrain, 42).loss, 1, 1e-5);
}

TEST(TableArrays, ErrorsAreTheStores) {
  const FileFolder folder;
  DataStore store(folder.path());
  EXPECT_EQ(LoadTaskData(Use(3), Linear(5, 2, InputKind::kLabels), store).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace paceline
