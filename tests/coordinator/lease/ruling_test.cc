#include "coordinator/lease/ruling.h"

#include "gtest/gtest.h"

namespace paceline {
namespace {

// Workers 1, 2, ... with one particle each.
std::vector<Testimony> Say(std::initializer_list<double> sums) {
  std::vector<Testimony> testimonies;
  for (const double sum : sums) {
    testimonies.push_back({WorkerId{testimonies.size() + 1}, {{.sum_plus = sum}}});
  }
  return testimonies;
}

TEST(RulingTest, IsByTheMajority) {
  const struct {
    const char* name;
    std::vector<Testimony> testimonies;
    bool decided;
    size_t right;
    std::vector<WorkerId> outvoted;
  } cases[] = {
      {"none", {}, false, 0, {}},
      {"one alone", Say({1}), false, 0, {}},
      {"two agree", Say({1, 1}), true, 0, {}},
      {"two differ", Say({1, 2}), false, 0, {}},
      {"the third is with the first", Say({1, 2, 1}), true, 0, {WorkerId{2}}},
      {"the third is with the second", Say({1, 2, 2}), true, 1, {WorkerId{1}}},
      {"three differ", Say({1, 2, 3}), false, 0, {}},
      {"the fourth decides", Say({1, 2, 3, 2}), true, 1, {WorkerId{1}, WorkerId{3}}},
      {"two against two", Say({1, 2, 1, 2}), false, 0, {}},
      {"three against two", Say({1, 2, 1, 2, 2}), true, 1, {WorkerId{1}, WorkerId{3}}},
  };
  for (const auto& c : cases) {
    const Ruling ruling = Rule(c.testimonies);
    EXPECT_EQ(ruling.decided, c.decided) << c.name;
    EXPECT_EQ(ruling.right, c.right) << c.name;
    EXPECT_EQ(ruling.outvoted, c.outvoted) << c.name;
  }
}

}  // namespace
}  // namespace paceline
