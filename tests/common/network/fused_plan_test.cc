#include "common/network/fused_plan.h"

#include <gtest/gtest.h>

#include "common/network/builder.h"

namespace paceline {
namespace {

Value Weights(NetworkBuilder& net, const std::string& name, const Extents& shape) {
  return net.Parameter(name, shape, TensorKind::kOther, {});
}

Value Layer(NetworkBuilder& net, int number, Value x, int64_t out) {
  const std::string name = "w" + std::to_string(number);
  return net.Dense(x, Weights(net, name, {net.Last(x), out}));
}

// Layers of 64 × 64 values without an activation.
size_t FloatsOfLayers(int layers, Value (*between)(NetworkBuilder&, Value)) {
  NetworkBuilder net(64);
  Value x = net.Input(InputKind::kFeatures, {64});
  for (int i = 0; i < layers; ++i) x = between(net, Layer(net, i, x, 64));
  return PlanFused(net.Finish(net.MeanAll(x), {})).floats;
}

TEST(FusedPlan, SlopesOfALayerTakeThePlaceOfThoseBehindIt) {
  const auto same = [](NetworkBuilder&, Value x) { return x; };
  // A layer more keeps its input for its weights' gradient, and nothing else.
  EXPECT_EQ(FloatsOfLayers(9, same) - FloatsOfLayers(8, same), 64u * 64);
}

TEST(FusedPlan, WhatIsNotNeededBackwardsIsNotKept) {
  const auto shifted = [](NetworkBuilder& net, Value x) { return net.Affine(x, 2, 1); };
  const auto same = [](NetworkBuilder&, Value x) { return x; };
  EXPECT_EQ(FloatsOfLayers(9, shifted) - FloatsOfLayers(8, shifted),
            FloatsOfLayers(9, same) - FloatsOfLayers(8, same));
}

TEST(FusedPlan, AReshapeIsWhereItsInputIs) {
  NetworkBuilder net(4);
  const Value x = Layer(net, 0, net.Input(InputKind::kFeatures, {6}), 8);
  const Value y = net.Reshape(x, {32});
  const FusedPlan plan = PlanFused(net.Finish(net.MeanAll(net.Square(y)), {}));
  EXPECT_EQ(plan.nodes[static_cast<size_t>(y.node)].root, x.node);
}

TEST(FusedPlan, TheFirstToReachASlopeBackwardsWritesItAndOthersAdd) {
  NetworkBuilder net(4);
  const Value x = Layer(net, 0, net.Input(InputKind::kFeatures, {6}), 8);
  const Value first = net.Square(x), second = net.Exp(x);
  const FusedPlan plan = PlanFused(net.Finish(net.MeanAll(net.Add(first, second)), {}));
  EXPECT_FALSE(plan.nodes[static_cast<size_t>(second.node)].adds[0]);
  EXPECT_TRUE(plan.nodes[static_cast<size_t>(first.node)].adds[0]);
}

TEST(FusedPlan, AnInputThatIsGivenTwiceIsClearedOnceAndAddedToTwice) {
  NetworkBuilder net(4);
  const Value x = Layer(net, 0, net.Input(InputKind::kFeatures, {6}), 8);
  const Value twice = net.Multiply(x, x);
  const FusedPlan plan = PlanFused(net.Finish(net.MeanAll(twice), {}));
  const FusedPlace& place = plan.nodes[static_cast<size_t>(twice.node)];
  EXPECT_EQ(place.clears, (std::vector<bool>{true, false}));
  EXPECT_EQ(place.adds, (std::vector<bool>{true, true}));
}

TEST(FusedPlan, DataAndWhatFollowsAStopHaveNoSlopes) {
  NetworkBuilder net(4);
  const Value images = net.Input(InputKind::kFeatures, {6});
  const Value x = Layer(net, 0, images, 8);
  const Value stopped = net.Square(net.StopGradient(x));
  const Value unused = net.Exp(x);
  const FusedPlan plan = PlanFused(net.Finish(net.MeanAll(net.Add(x, stopped)), {}));
  const auto place = [&](Value value) { return plan.nodes[static_cast<size_t>(value.node)]; };
  EXPECT_TRUE(place(x).has_slope);
  EXPECT_FALSE(place(images).has_slope);
  EXPECT_FALSE(place(stopped).has_slope);
  EXPECT_FALSE(place(unused).has_slope);
  EXPECT_FALSE(place(unused).used);
}

}  // namespace
}  // namespace paceline
