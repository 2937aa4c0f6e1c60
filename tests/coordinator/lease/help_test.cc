#include "coordinator/lease/help.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr WorkerId kA{1}, kB{2}, kC{3};

TEST(HelpTest, IsGivenByWhoHasLeastToDoPerThread) {
  const struct {
    const char* name;
    std::vector<Helper> helpers;
    WorkerId who;
  } cases[] = {
      {"who is idle", {{kA, 1, 2, 9}, {kB, 1, 0, 9}}, kB},
      {"who has more threads", {{kA, 1, 1, 9}, {kB, 8, 4, 9}}, kB},
      {"who is older", {{kA, 1, 1, 9}, {kB, 1, 1, 9}}, kA},
      {"who has room", {{kA, 8, 0, 0}, {kB, 1, 5, 1}}, kB},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(PlanHelp({{3, {kC}}}, c.helpers), ElementsAre(BlockMove{3, c.who})) << c.name;
  }
}

TEST(HelpTest, IsNotAskedOfThoseWhoWereAsked) {
  const std::vector<Helper> helpers = {{kA, 8, 0, 9}, {kB, 1, 7, 9}};
  EXPECT_THAT(PlanHelp({{0, {kA}}}, helpers), ElementsAre(BlockMove{0, kB}));
  EXPECT_THAT(PlanHelp({{0, {kA, kB}}}, helpers), IsEmpty());
  EXPECT_THAT(PlanHelp({{0, {}}}, {}), IsEmpty());
}

TEST(HelpTest, WithWhatIsLateIsOfWhoHasNothingElseToDo) {
  const std::vector<HelpWanted> late = {{0, {kC}, true}, {1, {kC}, true}};
  const std::vector<Helper> one_idle = {{kA, 64, 1, 9}, {kB, 1, 0, 9}};
  EXPECT_THAT(PlanHelp(late, one_idle), ElementsAre(BlockMove{0, kB}, BlockMove{1, kB}));
  EXPECT_THAT(PlanHelp(late, {{kA, 64, 1, 9}, {kB, 1, 1, 9}}), IsEmpty());
}

TEST(HelpTest, IsSpreadAndEndsWhereMemoryDoes) {
  const std::vector<HelpWanted> wanted = {{0, {kC}}, {1, {kC}}, {2, {kC}}, {3, {kC}}};
  EXPECT_THAT(PlanHelp(wanted, {{kA, 1, 0, 2}, {kB, 1, 0, 1}, {kC, 9, 0, 9}}),
              ElementsAre(BlockMove{0, kA}, BlockMove{1, kB}, BlockMove{2, kA}));
}

}  // namespace
}  // namespace paceline
