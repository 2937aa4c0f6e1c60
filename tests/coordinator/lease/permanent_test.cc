#include "coordinator/lease/permanent.h"

#include "gtest/gtest.h"

namespace paceline {
namespace {

TEST(PermanentTest, IsConfirmedByASecondWorkerOrRepeatedByTheOnlyOne) {
  constexpr WorkerId kA{1}, kB{2};
  const struct {
    const char* name;
    std::vector<PermanentClaim> claims;
    bool others;
    bool confirmed;
  } cases[] = {
      {"nobody says so", {}, false, false},
      {"one says so once", {{kA, 1}}, false, false},
      {"one says so again and again, and others are there", {{kA, 1000}}, true, false},
      {"the only one says so twice", {{kA, 2}}, false, false},
      {"the only one says so three times", {{kA, 3}}, false, true},
      {"two say so", {{kA, 1}, {kB, 1}}, true, true},
      {"two say so, and nobody else is there", {{kA, 1}, {kB, 1}}, false, true},
  };
  for (const auto& c : cases) EXPECT_EQ(IsConfirmed(c.claims, c.others), c.confirmed) << c.name;
}

}  // namespace
}  // namespace paceline
