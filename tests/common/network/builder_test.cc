#include "common/network/builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace paceline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class BuilderTest : public ::testing::Test {
 protected:
  Value Weights(const Extents& shape) {
    return net_.Parameter("w" + std::to_string(count_++), shape, TensorKind::kOther, {});
  }

  NetworkBuilder net_{4};
  int count_ = 0;
};

TEST_F(BuilderTest, InputsAreBatches) {
  EXPECT_THAT(net_.Shape(net_.Input(InputKind::kImages, {5, 6, 3})), ElementsAre(4, 5, 6, 3));
  EXPECT_THAT(net_.Shape(net_.Input(InputKind::kLabels, {})), ElementsAre(4));
}

TEST_F(BuilderTest, ParametersLieOneAfterTheOtherInTheOrderOfTheCalls) {
  Weights({2, 3});
  Weights({});
  const Value last = Weights({5});
  const Network network = net_.Finish(net_.SumAll(last), {});
  ASSERT_EQ(network.tensors.size(), 3u);
  EXPECT_EQ(network.tensors[1].offset, 6u);
  EXPECT_EQ(network.tensors[1].size, 1u);
  EXPECT_EQ(network.tensors[2].offset, 7u);
  EXPECT_EQ(network.inits.size(), 3u);
  EXPECT_EQ(network.at(last.node).index, 2);
}

TEST_F(BuilderTest, LayersHaveTheShapesThatTheirInputsMake) {
  const Value image = net_.Input(InputKind::kImages, {9, 7, 3});
  const Window window = {.size = 3, .stride = 2};
  const Value conv = net_.Conv(image, Weights({3, 3, 3, 8}), window, Weights({8}));
  EXPECT_THAT(net_.Shape(conv), ElementsAre(4, 5, 4, 8));
  const Window valid = {.size = 4, .stride = 4, .padding = Padding::kValid};
  EXPECT_THAT(net_.Shape(net_.Conv(image, Weights({4, 4, 3, 2}), valid)), ElementsAre(4, 2, 1, 2));
  EXPECT_THAT(net_.Shape(net_.MaxPool(conv, window)), ElementsAre(4, 3, 2, 8));
  EXPECT_THAT(net_.Shape(net_.MeanPool(conv, valid)), ElementsAre(4, 1, 1, 8));
  EXPECT_THAT(net_.Shape(net_.Flatten(conv)), ElementsAre(4, 5 * 4 * 8));
  EXPECT_THAT(net_.Shape(net_.Dense(conv, Weights({8, 2}))), ElementsAre(4, 5, 4, 2));
  const Value tokens = net_.Input(InputKind::kTokens, {6});
  const Value x = net_.Embed(tokens, Weights({11, 8}));
  EXPECT_THAT(net_.Shape(x), ElementsAre(4, 6, 8));
  EXPECT_THAT(net_.Shape(net_.Attention(x, x, x, {.count = 2})), ElementsAre(4, 6, 8));
  EXPECT_THAT(net_.Shape(net_.CrossEntropy(x, tokens)), ElementsAre(4, 6));
}

TEST_F(BuilderTest, ARecurrentLayersOutputIsAsWideAsItsState) {
  const Value x = net_.Embed(net_.Input(InputKind::kTokens, {6}), Weights({11, 8}));
  const Value gru = net_.Recurrent(
      RecurrentCell::kGru, x, {Weights({8, 9}), Weights({3, 9}), Weights({9}), Weights({1, 3})});
  EXPECT_THAT(net_.Shape(gru), ElementsAre(4, 6, 3));
}

TEST_F(BuilderTest, ElementsBroadcastAsNumPysDo) {
  const Value x = Weights({4, 1, 3}), y = Weights({5, 3}), one = Weights({});
  EXPECT_THAT(net_.Shape(net_.Add(x, y)), ElementsAre(4, 5, 3));
  EXPECT_THAT(net_.Shape(net_.Multiply(one, y)), ElementsAre(5, 3));
  EXPECT_THAT(net_.Shape(net_.Broadcast(x, {4, 2, 3})), ElementsAre(4, 2, 3));
}

TEST_F(BuilderTest, ShapesFollowFromShapes) {
  const Value x = Weights({4, 6, 3});
  EXPECT_THAT(net_.Shape(net_.Transpose(x, 0, 2)), ElementsAre(3, 6, 4));
  EXPECT_THAT(net_.Shape(net_.Concat({x, x, x}, 1)), ElementsAre(4, 18, 3));
  EXPECT_THAT(net_.Shape(net_.Slice(x, 1, 2, 3)), ElementsAre(4, 3, 3));
  EXPECT_THAT(net_.Shape(net_.Sum(x, {0, 2})), ElementsAre(6));
  EXPECT_THAT(net_.Shape(net_.Mean(x, {1})), ElementsAre(4, 3));
  EXPECT_THAT(net_.Shape(net_.MeanAll(x)), IsEmpty());
}

TEST_F(BuilderTest, DropoutDrawsFactorsUnlessItsRateIsNothing) {
  const Value x = Weights({4, 6});
  EXPECT_EQ(net_.Dropout(x, 0).node, x.node);
  const Value dropped = net_.Dropout(x, 0.25);
  const Network network = net_.Finish(net_.SumAll(dropped), {});
  ASSERT_EQ(network.draws.size(), 1u);
  EXPECT_EQ(network.draws[0].kind, DrawKind::kKeep);
  EXPECT_EQ(network.draws[0].keep, 0.75);
  EXPECT_THAT(network.draws[0].shape, ElementsAre(4, 6));
}

TEST_F(BuilderTest, AttentionsDropoutDrawsAFactorForEveryHeadQueryAndKey) {
  const Value x = Weights({4, 6, 8});
  const Value y = net_.Attention(x, x, x, {.count = 2, .dropout = 0.5});
  const Network network = net_.Finish(net_.SumAll(y), {});
  ASSERT_EQ(network.draws.size(), 1u);
  EXPECT_THAT(network.draws[0].shape, ElementsAre(4, 2, 6, 6));
  EXPECT_EQ(network.at(y.node).flags, kAttentionFactors);
}

TEST_F(BuilderTest, ADrawnActivationIsTheSameEverywhere) {
  const Value x = Weights({4});
  const Value y = net_.Activate(net_.Activate(x, v1::ACTIVATION_ANY), v1::ACTIVATION_ANY);
  const Value z = net_.Activate(y, v1::ACTIVATION_TANH);
  const Network network = net_.Finish(net_.SumAll(z), {});
  ASSERT_EQ(network.choices.size(), 1u);
  EXPECT_EQ(network.choices[0].options.size(), 12u);
  EXPECT_EQ(network.at(y.node).index, 0);
  EXPECT_EQ(network.at(z.node).index, -1);
}

TEST_F(BuilderTest, AClassifierHasItsLogitsAndLabels) {
  const Value labels = net_.Input(InputKind::kLabels, {}), logits = Weights({4, 3});
  net_.Classes(logits, labels);
  const Network network = net_.Finish(net_.MeanAll(net_.CrossEntropy(logits, labels)), {.high = 2});
  EXPECT_EQ(network.logits, logits.node);
  EXPECT_EQ(network.labels, labels.node);
  EXPECT_EQ(network.label_weights, -1);
  EXPECT_EQ(network.meta_loss.bound(), 2);
  EXPECT_EQ(network.batch, 4);
}

using BuilderDeathTest = BuilderTest;

TEST_F(BuilderDeathTest, ShapesThatDoNotFitEndTheProgram) {
  const Value x = Weights({4, 6}), image = Weights({4, 9, 9, 3});
  EXPECT_DEATH(net_.Dense(x, Weights({5, 2})), "dense: x and w");
  EXPECT_DEATH(net_.Product(Weights({2, 3, 4}), Weights({2, 3, 4})), "product: x and y");
  EXPECT_DEATH(net_.Product(Weights({2, 3, 4}), Weights({3, 4, 5})), "product: x and y");
  EXPECT_DEATH(net_.Product(Weights({4}), Weights({4})), "product: x and y");
  EXPECT_DEATH(net_.Tokens(net_.Input(InputKind::kTokens, {}), 3), "tokens: numbers");
  EXPECT_DEATH(net_.Conv(image, Weights({3, 3, 2, 8}), {.size = 3}), "conv: x and w");
  EXPECT_DEATH(net_.Conv(image, Weights({3, 3, 3, 8}), {.size = 2}), "conv: window");
  EXPECT_DEATH(net_.Add(x, Weights({5})), "shapes that do not broadcast");
  EXPECT_DEATH(net_.Reshape(x, {5, 5}), "reshape");
  EXPECT_DEATH(net_.Slice(x, 1, 4, 3), "slice");
  EXPECT_DEATH(net_.Finish(x, {}), "the loss is one number");
}

}  // namespace
}  // namespace paceline
