// Initial weights of autoencoders and language models: per tensor the mean, the deviation and the
// largest value of google/learned_optimization's.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "common/task/families.h"
#include "tests/testing/golden_language_and_codes.h"
#include "worker/network/initial.h"

namespace paceline {
namespace {

using nlohmann::json;
using testing::GoldenFile;

constexpr int kDraws = 256, kTheirDraws = 64;

struct Statistics {
  double sum = 0, squares = 0, largest = 0;
  int64_t count = 0;

  void Add(std::span<const float> values) {
    for (const float value : values) {
      sum += value;
      squares += double{value} * value;
      largest = std::max(largest, std::abs(double{value}));
    }
    count += static_cast<int64_t>(values.size());
  }
  double mean() const { return sum / static_cast<double>(count); }
  double deviation() const {
    return std::sqrt(std::max(0.0, squares / static_cast<double>(count) - mean() * mean()));
  }
};

std::vector<Statistics> Draw(const Network& network) {
  std::vector<Statistics> statistics(network.tensors.size());
  std::vector<float> episode(static_cast<size_t>(network.episode_floats()));
  const ParameterTensor& last = network.tensors.back();
  std::vector<float> weights(last.offset + last.size);
  for (uint32_t draw = 0; draw < kDraws; ++draw) {
    FillEpisode(network, {.key = 5, .purpose = Purpose::kTaskDynamic, .episode = draw}, episode);
    FillInitial(network, {.key = 5, .purpose = Purpose::kTaskInit, .episode = draw}, episode,
                weights);
    for (size_t t = 0; t < statistics.size(); ++t) {
      const ParameterTensor& tensor = network.tensors[t];
      statistics[t].Add(std::span(weights).subspan(tensor.offset, tensor.size));
    }
  }
  return statistics;
}

// The sampled families' numbers are those of normal weights.
v1::Task WithItsInitializer(v1::Task task, const std::string& name) {
  if (!name.starts_with("param_")) return task;
  if (task.has_autoencoder()) task.mutable_autoencoder()->set_init(v1::INITIALIZER_NORMAL);
  if (task.has_vae()) task.mutable_vae()->set_init(v1::INITIALIZER_NORMAL);
  if (task.has_rnn_lm()) task.mutable_rnn_lm()->set_init(v1::INITIALIZER_NORMAL);
  return task;
}

void CheckTensor(const Statistics& ours, const json& theirs, bool is_bounded) {
  const double deviation = theirs.at("std").get<double>();
  const double elements = static_cast<double>(ours.count) / kDraws;
  const double error =
      deviation * std::sqrt(1 / (elements * kDraws) + 1 / (elements * kTheirDraws));
  EXPECT_NEAR(ours.mean(), theirs.at("mean").get<double>(), 5 * error + 1e-7);
  EXPECT_NEAR(ours.deviation(), deviation, 0.03 * deviation);
  if (!is_bounded) return;
  const double largest = theirs.at("max_abs").get<double>();
  EXPECT_NEAR(ours.largest, largest, 0.03 * largest);
}

TEST(GoldenInitialWeights, AreDistributedAsTheLibrarys) {
  PACELINE_SKIP_WITHOUT_GOLDEN();
  std::ifstream stream(testing::GoldenFolder() + "/init_tasks.json");
  if (!stream) GTEST_SKIP() << "*** NOT CHECKED: no init_tasks.json ***";
  const json all = json::parse(stream).at("tasks");
  testing::CheckGoldenFiles("task_gradient", [&](const GoldenFile& file) -> std::string {
    const auto networks = testing::GoldenNetworksOf(file);
    const std::string name = file.name.substr(std::string("task_").size());
    if (networks.empty()) return "another task";
    if (!all.contains(name)) return "not in init_tasks.json";
    const Network network = *NetworkOf(WithItsInitializer(networks.front().task, name));
    const std::vector<Statistics> ours = Draw(network);
    for (const json& theirs : all.at(name).at("params")) {
      const std::string path = theirs.at("path").get<std::string>();
      SCOPED_TRACE(path);
      const auto tensor = std::ranges::find(network.tensors, path, &ParameterTensor::name);
      if (tensor == network.tensors.end()) return "no tensor " + path;
      const auto t = static_cast<size_t>(tensor - network.tensors.begin());
      CheckTensor(ours[t], theirs, network.inits[t].kind != InitKind::kParametric);
    }
    return "";
  });
}

}  // namespace
}  // namespace paceline
