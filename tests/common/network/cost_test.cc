#include "common/network/cost.h"

#include <gtest/gtest.h>

#include "common/network/activations.h"
#include "common/network/builder.h"

namespace paceline {
namespace {

Value Weights(NetworkBuilder& net, const Extents& shape) {
  static int count = 0;
  return net.Parameter("w" + std::to_string(count++), shape, TensorKind::kOther, {});
}

TEST(NetworkCost, ADenseLayerOnDataIsTwoProductsAndALaterOneThree) {
  NetworkBuilder net(4);
  const Value x = net.Input(InputKind::kFeatures, {3});
  const Value hidden = net.Dense(x, Weights(net, {3, 5}), Weights(net, {5}));
  const Value y = net.Dense(hidden, Weights(net, {5, 2}));
  const NetworkCost cost = CostOf(net.Finish(net.SumAll(y), {}));
  const double first = 2 * 4 * 3 * 5, second = 2 * 4 * 5 * 2;
  EXPECT_EQ(cost.product_flops, 2 * first + 3 * second);
  // The biases, forwards and backwards, and the sum.
  EXPECT_EQ(cost.flops - cost.product_flops, 2 * 4 * 5 + 2 * 4 * 2);
  EXPECT_EQ(cost.input_floats, 4u * 3);
  EXPECT_EQ(cost.value_floats, 4u * 5 + 4 * 2 + 1);
}

TEST(NetworkCost, AProductOfBatchesIsOneForEachOfThem) {
  NetworkBuilder net(4);
  const Value x = net.Input(InputKind::kFeatures, {3, 5}), y = Weights(net, {4, 5, 2});
  const Value data = net.Product(x, y);                           // [4, 3, 2]
  const Value both = net.Product(data, Weights(net, {4, 2, 6}));  // [4, 3, 6]
  const NetworkCost cost = CostOf(net.Finish(net.SumAll(both), {}));
  const double first = 2. * (4 * 3 * 2) * 5, second = 2. * (4 * 3 * 6) * 2;
  EXPECT_EQ(cost.product_flops, 2 * first + 3 * second);
}

TEST(NetworkCost, AConvolutionIsAProductForEveryPositionOfItsWindow) {
  NetworkBuilder net(2);
  const Value x = net.Input(InputKind::kImages, {8, 6, 3});
  const Window window = {.size = 3, .stride = 2};
  const Value conv = net.Conv(x, Weights(net, {3, 3, 3, 5}), window);
  const Value again = net.Conv(conv, Weights(net, {3, 3, 5, 7}), {.size = 3});
  const NetworkCost cost = CostOf(net.Finish(net.SumAll(again), {}));
  const double first = 2. * (2 * 4 * 3 * 5) * (3 * 3 * 3);
  const double second = 2. * (2 * 4 * 3 * 7) * (3 * 3 * 5);
  EXPECT_EQ(cost.product_flops, 2 * first + 3 * second);
}

TEST(NetworkCost, AttentionIsTwoProductsOfQueriesAndKeys) {
  NetworkBuilder net(2);
  const Value x = Weights(net, {2, 5, 6});
  const NetworkCost cost = CostOf(net.Finish(net.SumAll(net.Attention(x, x, x, {.count = 3})), {}));
  // Scores and weighted values: 3 heads of width 2, 5 queries of 5 keys.
  EXPECT_EQ(cost.product_flops, 3 * 2. * (2 * 3 * 5 * 5 * 2) * 2);
}

TEST(NetworkCost, ARecurrentLayerIsItsCellsProductsAtEveryPosition) {
  const double example_positions = 4 * 6, in = 8, width = 3;
  const auto cost_of = [&](RecurrentCell cell, double parts) {
    NetworkBuilder net(4);
    const Value x = Weights(net, {4, 6, 8});
    const auto n = static_cast<int64_t>(parts) * 3;
    std::vector<Value> weights;
    if (cell == RecurrentCell::kLstm) {
      weights = {Weights(net, {11, n}), Weights(net, {n}), Weights(net, {1, 3}),
                 Weights(net, {1, 3})};
    } else {
      weights = {Weights(net, {8, n}), Weights(net, {3, n}), Weights(net, {n}),
                 Weights(net, {1, 3})};
      if (cell == RecurrentCell::kVanilla) weights.push_back(Weights(net, {1, 3}));
    }
    return CostOf(net.Finish(net.SumAll(net.Recurrent(cell, x, weights)), {})).product_flops;
  };
  const double one = 3 * 2 * example_positions * width * (in + width);
  EXPECT_EQ(cost_of(RecurrentCell::kVanilla, 1), one);
  EXPECT_EQ(cost_of(RecurrentCell::kGru, 3), 3 * one);
  EXPECT_EQ(cost_of(RecurrentCell::kLstm, 4), 4 * one);
}

TEST(NetworkCost, DrawsAreInputsAndReshapedValuesAreNoOthers) {
  NetworkBuilder net(1);
  const Value x = Weights(net, {6});
  const Value noisy = net.Add(net.Reshape(x, {2, 3}), net.Normals({2, 3}));
  const NetworkCost cost = CostOf(net.Finish(net.Sum(noisy, {0, 1}), {}));
  EXPECT_EQ(cost.input_floats, 6u);
  EXPECT_EQ(cost.value_floats, 6u + 1);
  EXPECT_EQ(cost.product_flops, 0);
  EXPECT_EQ(cost.flops, 2 * 6 + 2 * 6);
}

TEST(NetworkCost, ADrawnActivationCostsTheMeanOfItsSlots) {
  const auto cost_of = [](v1::Activation activation) {
    NetworkBuilder net(1);
    const Value x = Weights(net, {10});
    return CostOf(net.Finish(net.SumAll(net.Activate(x, activation)), {})).flops;
  };
  double mean = 0;
  for (const int slot : ActivationSlots()) mean += cost_of(static_cast<v1::Activation>(slot)) / 12;
  EXPECT_NEAR(cost_of(v1::ACTIVATION_ANY), mean, 1e-9);
  EXPECT_GT(cost_of(v1::ACTIVATION_TANH), cost_of(v1::ACTIVATION_RELU));
}

}  // namespace
}  // namespace paceline
