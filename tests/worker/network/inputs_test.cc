#include "worker/network/inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <utility>

#include "common/network/builder.h"

namespace paceline {
namespace {

constexpr int64_t kMany = 20000;

Network WithDraws(std::vector<NetworkDraw> draws) {
  Network network;
  network.draws = std::move(draws);
  return network;
}

std::vector<float> DrawsOf(const Network& network, uint32_t step = 3) {
  std::vector<float> draws(static_cast<size_t>(network.draw_floats()));
  FillDraws(network, {.key = 5, .purpose = Purpose::kTaskDraw, .particle = 1, .step = step}, draws);
  return draws;
}

std::vector<float> EpisodeOf(const Network& network, uint32_t particle) {
  std::vector<float> episode(static_cast<size_t>(network.episode_floats()));
  FillEpisode(network, {.key = 5, .purpose = Purpose::kTaskDynamic, .particle = particle}, episode);
  return episode;
}

struct Moments {
  double mean = 0, deviation = 0;
};

Moments MomentsOf(std::span<const float> values) {
  double sum = 0, squares = 0;
  for (const float value : values) {
    sum += value;
    squares += double{value} * value;
  }
  const auto count = static_cast<double>(values.size());
  return {sum / count, std::sqrt(squares / count - sum / count * sum / count)};
}

TEST(FillDraws, DropoutKeepsItsPartAndDividesByIt) {
  for (const double keep : {0.95, 0.7, 0.5, 0.2}) {
    SCOPED_TRACE(keep);
    const Network network = WithDraws({{.kind = DrawKind::kKeep, .shape = {kMany}, .keep = keep}});
    int64_t kept = 0;
    for (const float factor : DrawsOf(network)) {
      if (factor == 0) continue;
      ASSERT_EQ(factor, static_cast<float>(1 / keep));
      ++kept;
    }
    const double off = std::sqrt(keep * (1 - keep) / kMany);
    EXPECT_NEAR(static_cast<double>(kept) / kMany, keep, 4 * off);
  }
}

TEST(FillDraws, NormalsAndUniformsHaveTheirMoments) {
  const Network network =
      WithDraws({{.kind = DrawKind::kNormal, .shape = {kMany}},
                 {.kind = DrawKind::kUniform, .shape = {kMany}, .low = -2, .high = 4}});
  const std::vector<float> draws = DrawsOf(network);
  const std::span<const float> normals = std::span(draws).first(kMany);
  const std::span<const float> uniforms = std::span(draws).subspan(kMany);
  EXPECT_NEAR(MomentsOf(normals).mean, 0, 0.03);
  EXPECT_NEAR(MomentsOf(normals).deviation, 1, 0.03);
  EXPECT_NEAR(MomentsOf(uniforms).mean, 1, 0.06);
  EXPECT_NEAR(MomentsOf(uniforms).deviation, 6 / std::sqrt(12), 0.06);
  EXPECT_GE(*std::ranges::min_element(uniforms), -2);
  EXPECT_LT(*std::ranges::max_element(uniforms), 4);
}

TEST(FillDraws, NoTwoDrawsOfAStepNorTwoStepsShareANumber) {
  const NetworkDraw draw = {.kind = DrawKind::kNormal, .shape = {5}};
  const Network network = WithDraws({draw, draw, draw});
  std::map<float, int> seen;
  for (const uint32_t step : {3u, 4u}) {
    for (const float value : DrawsOf(network, step)) EXPECT_EQ(seen[value]++, 0);
  }
  EXPECT_EQ(DrawsOf(network, 3), DrawsOf(network, 3));
}

TEST(FillDraws, ADrawIsTheSameWhateverComesBehindIt) {
  const NetworkDraw draw = {.kind = DrawKind::kNormal, .shape = {6}};
  const std::vector<float> alone = DrawsOf(WithDraws({draw}));
  const std::vector<float> two = DrawsOf(WithDraws({draw, draw}));
  EXPECT_TRUE(std::equal(alone.begin(), alone.end(), two.begin()));
  EXPECT_EQ(DrawOffset({draw, draw}, 1), 6);
}

TEST(FillDraws, AMadeDrawHasItsOwnNumbersAndSeesTheDrawsBeforeIt) {
  const NetworkDraw normal = {.kind = DrawKind::kNormal, .shape = {3}};
  const NetworkDraw made = {.kind = DrawKind::kMade,
                            .shape = {2},
                            .make =
                                [](const DrawPlace& place, std::span<float> out) {
                                  FillNormals(place.stream, place.first + 4, out);
                                  out[1] = place.before.back() + 100 * float(place.before.size());
                                },
                            .words = 6};
  const Network network = WithDraws({normal, made, normal, made});
  EXPECT_TRUE(network.makes_examples());
  EXPECT_FALSE(WithDraws({normal}).makes_examples());
  const std::vector<float> draws = DrawsOf(network);
  // Normals 0 to 2, 8, 12 to 14, 20 of the stream: blocks of four are nobody else's.
  std::vector<float> stream(21);
  FillNormals({.key = 5, .purpose = Purpose::kTaskDraw, .particle = 1, .step = 3}, 0, stream);
  EXPECT_THAT(draws, ::testing::ElementsAre(stream[0], stream[1], stream[2], stream[8],
                                            stream[2] + 300, stream[12], stream[13], stream[14],
                                            stream[20], stream[14] + 800));
}

TEST(FillEpisode, EveryOptionIsAsLikelyAsAnother) {
  NetworkBuilder net(1);
  const int first = net.Choice("first", {10, 20, 30}), second = net.Choice("second", {1, 2});
  const int number = net.UniformChoice("number", 0.5, 2);
  const Network network = net.Finish(net.SumAll(net.EpisodeNormals({3})), {});
  std::map<std::pair<int, int>, int> count;
  std::vector<float> numbers;
  constexpr uint32_t kParticles = 6000;
  for (uint32_t particle = 0; particle < kParticles; ++particle) {
    const std::vector<float> episode = EpisodeOf(network, particle);
    ASSERT_EQ(episode.size(), 3u + 3);
    ++count[{ChosenOption(network, episode, first), ChosenOption(network, episode, second)}];
    numbers.push_back(ChosenNumber(network, episode, number));
  }
  ASSERT_EQ(count.size(), 6u);
  double chi_square = 0;
  for (const auto& [options, times] : count) {
    chi_square += (times - 1000.) * (times - 1000.) / 1000;
  }
  EXPECT_LT(chi_square, 25.7) << "p = 1e-4 of 5 degrees of freedom";
  EXPECT_NEAR(MomentsOf(numbers).mean, 1.25, 0.03);
  EXPECT_GE(std::ranges::min(numbers), 0.5);
  EXPECT_LT(std::ranges::max(numbers), 2);
}

}  // namespace
}  // namespace paceline
