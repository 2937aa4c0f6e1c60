// Many runs together against each of them alone in plain LibTorch, in double: every family, each
// run with parameters, data, draws and choices of its own.
#include "worker/network/torch/batched.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/ones.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "common/network/builder.h"
#include "common/noise/streams.h"
#include "common/task/families.h"
#include "common/task/sample.h"
#include "tests/testing/network_runs.h"
#include "tests/testing/small_networks.h"
#include "worker/network/initial.h"

namespace paceline {
namespace {

constexpr uint32_t kRuns = 5;

Stream StreamOf(Purpose purpose, uint32_t run, uint32_t step = 0) {
  return {.key = 21, .purpose = purpose, .particle = run, .step = step};
}

// Labels and tokens below what the network knows.
int64_t Bound(const Network& network) {
  return network.logits < 0 ? 2 : network.at(network.logits).shape.back();
}

NetworkInputs InputsOf(const Network& network, uint32_t run) {
  NetworkInputs inputs;
  for (uint32_t i = 0; i < network.inputs.size(); ++i) {
    const auto size = static_cast<size_t>(ElementsOf(network.inputs[i].shape));
    const Stream stream = StreamOf(Purpose::kBatch, run, i);
    HostArray& array = inputs.arrays.emplace_back();
    if (network.inputs[i].kind == InputKind::kLabels ||
        network.inputs[i].kind == InputKind::kTokens) {
      std::vector<uint32_t> tokens(size);
      FillIndices(stream, 0, static_cast<uint32_t>(Bound(network)), tokens);
      array.tokens.assign(tokens.begin(), tokens.end());
    } else {
      array.floats.resize(size);
      FillNormals(stream, 0, array.floats);
    }
  }
  inputs.draws.resize(static_cast<size_t>(network.draw_floats()));
  FillDraws(network, StreamOf(Purpose::kTaskDraw, run), inputs.draws);
  inputs.episode.resize(static_cast<size_t>(network.episode_floats()));
  FillEpisode(network, StreamOf(Purpose::kTaskDynamic, run), inputs.episode);
  return inputs;
}

// Initial weights with noise on all of them, so that none is 0.
std::vector<at::Tensor> ParametersOf(const Network& network, const NetworkInputs& inputs,
                                     uint32_t run, at::ScalarType type) {
  const ParameterTensor& last = network.tensors.back();
  std::vector<float> flat(last.offset + last.size), noise(flat.size());
  FillInitial(network, StreamOf(Purpose::kTaskInit, run), inputs.episode, flat);
  FillNormals(StreamOf(Purpose::kPerturbation, run), 0, noise);
  for (size_t i = 0; i < flat.size(); ++i) flat[i] += 0.1f * noise[i];
  std::vector<at::Tensor> parameters;
  for (const ParameterTensor& tensor : network.tensors) {
    parameters.push_back(
        at::from_blob(flat.data() + tensor.offset, tensor.shape, at::kFloat).to(type, false, true));
  }
  return parameters;
}

struct AllRuns {
  std::vector<NetworkInputs> inputs;
  std::vector<std::vector<at::Tensor>> parameters;
};

AllRuns RunsOf(const Network& network, at::ScalarType type) {
  AllRuns runs;
  for (uint32_t run = 0; run < kRuns; ++run) {
    runs.inputs.push_back(InputsOf(network, run));
    runs.parameters.push_back(ParametersOf(network, runs.inputs.back(), run, type));
  }
  return runs;
}

void ExpectEachAsAlone(const Network& network, const AllRuns& runs) {
  const testing::NetworkRuns all = testing::RunAll(network, runs.parameters, runs.inputs);
  for (uint32_t run = 0; run < kRuns; ++run) {
    SCOPED_TRACE(run);
    const testing::NetworkRun alone =
        testing::RunOne(network, runs.parameters[run], runs.inputs[run]);
    const double loss = alone.values.loss.item<double>();
    EXPECT_NEAR(all.losses[run].item<double>(), loss, 1e-12 * std::max(1., std::abs(loss)));
    double largest = 0;
    for (const at::Tensor& gradient : alone.gradients) {
      largest = std::max(largest, gradient.abs().max().item<double>());
    }
    EXPECT_GT(largest, 0);
    for (size_t t = 0; t < network.tensors.size(); ++t) {
      EXPECT_LE((all.gradients[t][run] - alone.gradients[t]).abs().max().item<double>(),
                1e-11 * largest)
          << network.tensors[t].name;
    }
  }
}

std::vector<v1::Task> Tasks() {
  std::vector<v1::Task> tasks = testing::SmallNetworks();
  for (const char* table : {"features: 5", "features: 5 classes: 3"}) {
    const std::string text = std::string("table_mlp { table { path: 't.csv' target: 'y' ") + table +
                             " } hidden: [4, 3] activation: ACTIVATION_ANY batch: 6 "
                             "norm: NORM_BATCH init: INITIALIZER_ANY init_scale: 1 }";
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &tasks.emplace_back()));
  }
  return tasks;
}

// Small draws of every family of samples; last one of images that are smaller than a patch.
std::vector<v1::Task> DrawnTasks() {
  constexpr uint32_t kEpisodes = 6;
  std::vector<v1::Task> tasks;
  const auto& families = *v1::Sample::descriptor()->FindOneofByName("family");
  v1::Task task;
  v1::Sample& sample = *task.mutable_sample();
  sample.mutable_budget()->set_bytes(3e5);
  for (int i = 0; i < families.field_count(); ++i) {
    sample.GetReflection()->MutableMessage(&sample, families.field(i));
    for (uint32_t e = 0; e < kEpisodes; ++e) tasks.push_back(DrawTask(task, /*key=*/4, 0, e));
  }
  v1::SampledVit& vit = *sample.mutable_vit();
  vit.add_patches(16);
  for (int end = 0; end < 2; ++end) vit.add_size(8);
  tasks.push_back(DrawTask(task, /*key=*/4, 0, 0));
  return tasks;
}

TEST(BatchedNetwork, WhatSamplesDrawIsAsAloneToo) {
  for (const v1::Task& task : DrawnTasks()) {
    SCOPED_TRACE(task.ShortDebugString());
    const std::optional<Network> network = NetworkOf(task);
    if (network) ExpectEachAsAlone(*network, RunsOf(*network, at::kDouble));
  }
}

TEST(BatchedNetwork, InDoubleEveryRunIsAsAlone) {
  for (const v1::Task& task : Tasks()) {
    SCOPED_TRACE(task.ShortDebugString());
    const Network network = *NetworkOf(task);
    ExpectEachAsAlone(network, RunsOf(network, at::kDouble));
  }
}

TEST(BatchedNetwork, EveryActivationMayBeDrawnBesideEveryOther) {
  v1::Task task;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "image_mlp { dataset: DATASET_DIGITS size: 4 hidden: [6, 5] activation: ACTIVATION_ANY "
      "batch: 7 }",
      &task));
  const Network network = *NetworkOf(task);
  AllRuns runs = RunsOf(network, at::kDouble);
  // So that some sums are above 6, where relu6 is not relu.
  for (NetworkInputs& inputs : runs.inputs) {
    for (float& pixel : inputs.arrays.front().floats) pixel *= 20;
  }
  std::vector<double> losses;
  for (int first = 0; first < 12; ++first) {
    // Each in turn, between others, two neighbours alike.
    for (uint32_t run = 0; run < kRuns; ++run) {
      runs.inputs[run].episode.back() = static_cast<float>((first + run / 2) % 12);
    }
    ExpectEachAsAlone(network, runs);
    losses.push_back(
        testing::RunAll(network, runs.parameters, runs.inputs).losses[0].item<double>());
  }
  std::ranges::sort(losses);
  const auto repeated = std::ranges::unique(losses);
  EXPECT_EQ(losses.size() - repeated.size(), 10u) << "relu and silu have two slots";
}

TEST(BatchedNetwork, EveryRunSelectsWhatItsEpisodeDrew) {
  NetworkBuilder net(1);
  const int choice = net.Choice("which", {0, 1, 2});
  const Value p = net.Parameter("p", {3, 2}, TensorKind::kOther, {.kind = InitKind::kNormal});
  const Value selected = net.Select(choice, {net.Square(p), net.Tanh(p), net.Affine(p, 3, 1)});
  const Network network = net.Finish(net.SumAll(selected), {});
  AllRuns runs = RunsOf(network, at::kDouble);
  const float options[kRuns] = {2, 0, 0, 1, 2};
  for (uint32_t run = 0; run < kRuns; ++run) runs.inputs[run].episode = {options[run]};
  ExpectEachAsAlone(network, runs);
}

TEST(BatchedNetwork, IsOneInEveryType) {
  v1::Task task;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "quadratic { dimension: 5 kind: QUADRATIC_KIND_SPECTRUM condition: 100 }", &task));
  const BatchedNetwork network(*NetworkOf(task));
  const auto losses = [&](at::ScalarType type) {
    return network.Losses({at::ones({2, 5}, type)}, {}).to(at::kDouble);
  };
  const at::Tensor first = losses(at::kDouble);
  // ½·Σ of the eigenvalues 1/100, ..., 1, their logarithms evenly spaced.
  EXPECT_NEAR(first[0].item<double>(), 0.5 * (0.01 + std::sqrt(0.001) + 0.1 + std::sqrt(0.1) + 1),
              1e-12);
  EXPECT_TRUE(losses(at::kFloat).allclose(first, 1e-6));
  EXPECT_TRUE(losses(at::kDouble).equal(first));
}

TEST(BatchedNetwork, APoisonedRunLeavesTheOthersBitwiseUnchanged) {
  for (const v1::Task& task : Tasks()) {
    SCOPED_TRACE(task.ShortDebugString());
    const Network network = *NetworkOf(task);
    AllRuns runs = RunsOf(network, at::kFloat);
    const testing::NetworkRuns healthy = testing::RunAll(network, runs.parameters, runs.inputs);
    for (at::Tensor& parameter : runs.parameters[1]) parameter.fill_(NAN);
    const testing::NetworkRuns poisoned = testing::RunAll(network, runs.parameters, runs.inputs);
    EXPECT_TRUE(std::isnan(poisoned.losses[1].item<float>()));
    for (const uint32_t run : {0u, 2u, 3u, 4u}) {
      EXPECT_EQ(poisoned.losses[run].item<float>(), healthy.losses[run].item<float>());
      for (size_t t = 0; t < network.tensors.size(); ++t) {
        EXPECT_TRUE(poisoned.gradients[t][run].equal(healthy.gradients[t][run]))
            << network.tensors[t].name;
      }
    }
  }
}

}  // namespace
}  // namespace paceline
