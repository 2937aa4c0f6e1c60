#include "worker/eval/search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace paceline {
namespace {

using ::testing::UnorderedElementsAre;

std::vector<Knob> KnobsOf(const std::vector<size_t>& sizes) {
  std::vector<Knob> knobs;
  for (const size_t size : sizes) knobs.push_back({"knob", std::vector<double>(size)});
  return knobs;
}

TEST(SearchTest, ASmallGridIsTriedWhole) {
  EXPECT_THAT(SpreadSettings(KnobsOf({2, 3}), 6),
              UnorderedElementsAre(Setting{0, 0}, Setting{1, 0}, Setting{0, 1}, Setting{1, 1},
                                   Setting{0, 2}, Setting{1, 2}));
  EXPECT_EQ(SpreadSettings(KnobsOf({10}), 24).size(), 10u);
}

TEST(SearchTest, OfALargeGridDifferentSettingsAreTaken) {
  const auto knobs = KnobsOf({13, 4, 2, 3, 3, 4});
  const auto settings = SpreadSettings(knobs, 24);
  EXPECT_EQ(std::set<Setting>(settings.begin(), settings.end()).size(), 24u);
  EXPECT_EQ(settings, SpreadSettings(knobs, 24));
  for (const Setting& setting : settings) {
    for (size_t k = 0; k < knobs.size(); ++k) EXPECT_LT(setting[k], knobs[k].values.size());
  }
}

TEST(SearchTest, EveryValueOfEveryKnobIsAmongThem) {
  const auto knobs = KnobsOf({13, 4, 2, 3, 4, 4});
  const auto settings = SpreadSettings(knobs, 32);
  for (size_t k = 0; k < knobs.size(); ++k) {
    std::set<size_t> seen;
    for (const Setting& setting : settings) seen.insert(setting[k]);
    EXPECT_EQ(seen.size(), knobs[k].values.size()) << k;
  }
}

TEST(SearchTest, AllButTheLastOfAGridAreFoundToo) {
  EXPECT_EQ(SpreadSettings(KnobsOf({3, 3}), 8).size(), 8u);
}

TEST(SearchTest, NeighboursDifferInOneKnobByOnePlace) {
  EXPECT_THAT(Neighbours(KnobsOf({3, 2, 1}), {1, 0, 0}),
              UnorderedElementsAre(Setting{0, 0, 0}, Setting{2, 0, 0}, Setting{1, 1, 0}));
}

}  // namespace
}  // namespace paceline
