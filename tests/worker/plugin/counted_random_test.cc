#include "worker/plugin/counted_random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace paceline {
namespace {

using ::testing::ElementsAreArray;

constexpr Stream kStream = {.key = 5, .purpose = Purpose::kBatch, .particle = 3, .step = 7};

std::vector<uint32_t> Words(plugin::Random& random, size_t count) {
  std::vector<uint32_t> words(count);
  random.FillWords(words);
  return words;
}

TEST(CountedRandom, TheFirstNumbersAreTheStreams) {
  std::vector<uint32_t> words(9);
  FillWords(kStream, 0, words);
  std::vector<float> normals(9), drawn(9);
  FillNormals(kStream, 0, normals);
  CountedRandom first(kStream), second(kStream);
  EXPECT_THAT(Words(first, 9), ElementsAreArray(words));
  second.FillNormals(drawn);
  EXPECT_THAT(drawn, ElementsAreArray(normals));
}

TEST(CountedRandom, NoNumberIsGivenOutTwiceAndTheNextOnesBeginABlock) {
  CountedRandom random(kStream);
  std::vector<uint32_t> all;
  for (const size_t count : {1u, 4u, 5u, 0u, 3u}) {
    const std::vector<uint32_t> words = Words(random, count);
    all.insert(all.end(), words.begin(), words.end());
  }
  std::vector<uint32_t> stream(20), expected;
  FillWords(kStream, 0, stream);
  for (const size_t place : {0, 4, 5, 6, 7, 8, 9, 10, 11, 12, 16, 17, 18}) {
    expected.push_back(stream[place]);
  }
  EXPECT_THAT(all, ElementsAreArray(expected));
  EXPECT_EQ(std::set(all.begin(), all.end()).size(), all.size());
}

TEST(CountedRandom, UniformsAndIndicesAreWithinTheirBounds) {
  CountedRandom random(kStream);
  std::vector<float> uniforms(4000);
  random.FillUniforms(uniforms);
  double sum = 0;
  for (const float number : uniforms) {
    ASSERT_GE(number, 0);
    ASSERT_LT(number, 1);
    sum += number;
  }
  EXPECT_NEAR(sum / 4000, 0.5, 0.02);  // four standard deviations
  std::vector<int64_t> indices(4000), counts(7);
  random.FillIndices(7, indices);
  for (const int64_t index : indices) {
    ASSERT_GE(index, 0);
    ASSERT_LT(index, 7);
    ++counts[index];
  }
  for (const int64_t count : counts) EXPECT_NEAR(count, 4000 / 7.0, 100);
  random.FillIndices(1, indices);
  EXPECT_EQ(std::set(indices.begin(), indices.end()), std::set<int64_t>{0});
  EXPECT_THROW(random.FillIndices(0, indices), std::invalid_argument);
}

}  // namespace
}  // namespace paceline
