#include "worker/network/initial.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "common/network/builder.h"
#include "tests/testing/golden_networks.h"
#include "worker/network/inputs.h"

namespace paceline {
namespace {

constexpr uint32_t kDraws = 64;

// Of all elements in `kDraws` episodes.
struct Statistics {
  double mean = 0, deviation = 0, largest = 0;
  double count = 0;
};

std::vector<float> InitialOf(const Network& network, uint32_t particle) {
  const Stream stream{.key = 11, .purpose = Purpose::kTaskInit, .particle = particle};
  std::vector<float> episode(static_cast<size_t>(network.episode_floats()));
  FillEpisode(network, stream, episode);
  const ParameterTensor& last = network.tensors.back();
  std::vector<float> parameters(last.offset + last.size, NAN);
  FillInitial(network, stream, episode, parameters);
  return parameters;
}

std::vector<Statistics> StatisticsOf(const Network& network) {
  std::vector<Statistics> all(network.tensors.size());
  for (uint32_t particle = 0; particle < kDraws; ++particle) {
    const std::vector<float> parameters = InitialOf(network, particle);
    for (size_t t = 0; t < all.size(); ++t) {
      const ParameterTensor& tensor = network.tensors[t];
      for (const float value : std::span(parameters).subspan(tensor.offset, tensor.size)) {
        all[t].mean += value;
        all[t].deviation += double{value} * value;
        all[t].largest = std::max<double>(all[t].largest, std::abs(value));
        ++all[t].count;
      }
    }
  }
  for (Statistics& one : all) {
    one.mean /= one.count;
    one.deviation = std::sqrt(std::max(0., one.deviation / one.count - one.mean * one.mean));
  }
  return all;
}

// Both are estimates, of as many numbers.
void Compare(const Statistics& own, const nlohmann::json& library) {
  const double deviation = library.at("std"), largest = library.at("max_abs");
  const double off = std::sqrt(2 / own.count);
  EXPECT_NEAR(own.mean, library.at("mean").get<double>(), 5 * deviation * off + 1e-6 * deviation);
  EXPECT_NEAR(own.deviation, deviation, 5 * deviation * off / std::sqrt(2));
  EXPECT_NEAR(own.largest, largest, 0.3 * largest);
}

nlohmann::json InitTasks() {
  std::ifstream file(testing::GoldenFolder() + "/init_tasks.json");
  return nlohmann::json::parse(file);
}

TEST(FillInitial, EveryTaskBeginsAsTheLibrarys) {
  PACELINE_SKIP_WITHOUT_GOLDEN();
  const nlohmann::json tasks = InitTasks().at("tasks");
  int checked = 0;
  for (const auto& [name, expected] : tasks.items()) {
    SCOPED_TRACE(name);
    const auto file =
        testing::LoadGolden(testing::GoldenFolder() + "/task_" + name + ".safetensors");
    ASSERT_TRUE(file.ok()) << file.status();
    const auto task = testing::ConfigOf(*file, testing::VariantsOf(*file).front());
    if (!task.ok()) {
      fmt::print("  not supported: {}: {}\n", name, task.status().ToString());
      continue;
    }
    const Network network = testing::GoldenNetwork(*task);
    const std::vector<Statistics> own = StatisticsOf(network);
    std::map<std::string, nlohmann::json> by_path;
    for (const nlohmann::json& tensor : expected.at("params")) by_path[tensor.at("path")] = tensor;
    ASSERT_EQ(by_path.size(), own.size());
    for (size_t t = 0; t < own.size(); ++t) {
      SCOPED_TRACE(network.tensors[t].name);
      Compare(own[t], by_path.at(network.tensors[t].name));
    }
    ++checked;
  }
  EXPECT_GT(checked, 20);
}

Network OneTensor(const Extents& shape, const TensorInit& init) {
  NetworkBuilder net(1);
  const Value w = net.Parameter("w", shape, TensorKind::kOther, init);
  return net.Finish(net.SumAll(w), {});
}

TEST(FillInitial, TheFiveParametricInitializersAreTheLibrarys) {
  PACELINE_SKIP_WITHOUT_GOLDEN();
  const v1::Initializer kinds[] = {v1::INITIALIZER_ORTHOGONAL, v1::INITIALIZER_UNIFORM,
                                   v1::INITIALIZER_NORMAL, v1::INITIALIZER_NORMAL,
                                   v1::INITIALIZER_VARIANCE_UNIFORM};
  const nlohmann::json initializers = InitTasks().at("initialisers");
  ASSERT_EQ(initializers.size(), 15u);
  for (const nlohmann::json& expected : initializers) {
    SCOPED_TRACE(expected.dump());
    const TensorInit init = {.kind = InitKind::kParametric,
                             .scale = expected.at("init_scale"),
                             .initializer = kinds[expected.at("index").get<size_t>()]};
    Compare(StatisticsOf(OneTensor(expected.at("shape"), init)).front(), expected);
  }
}

TEST(FillInitial, AnEpisodeDrawsTheInitializerOfAllItsTensorsAndTheScale) {
  NetworkBuilder net(1);
  const TensorInit init = {
      .kind = InitKind::kParametric,
      .kind_choice = net.Choice("initializer", {v1::INITIALIZER_UNIFORM, v1::INITIALIZER_NORMAL}),
      .scale_choice = net.UniformChoice("scale", 0.5, 2)};
  const Value a = net.Parameter("a", {100, 100}, TensorKind::kOther, init);
  const Value b = net.Parameter("b", {100, 100}, TensorKind::kOther, init);
  const Network network = net.Finish(net.SumAll(net.Add(a, b)), {});
  for (const float option : {0.0f, 1.0f}) {
    for (const float scale : {0.5f, 1.7f}) {
      std::vector<float> parameters(20000);
      FillInitial(network, {.key = 3}, std::vector<float>{option, scale}, parameters);
      for (const size_t offset : {0u, 10000u}) {
        double squares = 0, largest = 0;
        for (const float value : std::span(parameters).subspan(offset, 10000)) {
          squares += double{value} * value;
          largest = std::max<double>(largest, std::abs(value));
        }
        // scale/√n, and √(scale/n): a uniform number's bound is √3 of its deviation.
        const double deviation = option == 0 ? scale / 10 : std::sqrt(scale) / 10;
        EXPECT_NEAR(std::sqrt(squares / 10000), deviation, 0.03 * deviation);
        EXPECT_EQ(largest < 1.74 * deviation, option == 0);
      }
    }
  }
}

TEST(FillInitial, EveryTensorAndEveryEpisodeHasItsOwnNumbers) {
  NetworkBuilder net(1);
  const Value a = net.Parameter("a", {6}, TensorKind::kOther, {.kind = InitKind::kNormal});
  const Value b = net.Parameter("b", {6}, TensorKind::kOther, {.kind = InitKind::kNormal});
  const Network network = net.Finish(net.SumAll(net.Add(a, b)), {});
  const std::vector<float> one = InitialOf(network, 1), other = InitialOf(network, 2);
  EXPECT_EQ(one, InitialOf(network, 1));
  for (size_t i = 0; i < 6; ++i) {
    EXPECT_NE(one[i], one[6 + i]);
    EXPECT_NE(one[i], other[i]);
  }
}

TEST(FillInitial, AnIdentityIsOne) {
  EXPECT_EQ(InitialOf(OneTensor({3, 3}, {.kind = InitKind::kIdentity}), 1),
            (std::vector<float>{1, 0, 0, 0, 1, 0, 0, 0, 1}));
}

// The product of vectors u and v of `matrix` [rows, columns], its columns or its rows.
double Product(const std::vector<float>& matrix, int64_t rows, int64_t columns, bool of_columns,
               int64_t u, int64_t v) {
  double product = 0;
  for (int64_t i = 0; i < (of_columns ? rows : columns); ++i) {
    const auto at = [&](int64_t vector) {
      const int64_t place = of_columns ? i * columns + vector : vector * columns + i;
      return double{matrix[static_cast<size_t>(place)]};
    };
    product += at(u) * at(v);
  }
  return product;
}

TEST(FillOrthogonal, VectorsOfTheShorterExtentAreOrthonormalTimesTheScale) {
  for (const auto& [rows, columns] :
       {std::pair<int64_t, int64_t>{20, 12}, {12, 20}, {9, 9}, {1, 5}, {300, 100}}) {
    SCOPED_TRACE(::testing::Message() << rows << " x " << columns);
    std::vector<float> matrix(static_cast<size_t>(rows * columns));
    FillOrthogonal({.key = 8}, rows, columns, 1.3, matrix);
    const bool of_columns = columns <= rows;
    const int64_t vectors = std::min(rows, columns);
    for (int64_t u = 0; u < vectors; ++u) {
      for (int64_t v = 0; v <= u; ++v) {
        ASSERT_NEAR(Product(matrix, rows, columns, of_columns, u, v), u == v ? 1.69 : 0, 1e-6);
      }
    }
  }
}

}  // namespace
}  // namespace paceline
