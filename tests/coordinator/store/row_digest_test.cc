#include "coordinator/store/row_digest.h"

#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace paceline {
namespace {

template <typename Row>
void ExpectAllDiffer(const std::vector<Row>& rows) {
  std::set<std::string> digests;
  for (const Row& row : rows) {
    EXPECT_EQ(DigestOf(row).size(), 32u);
    EXPECT_TRUE(digests.insert(DigestOf(row)).second) << "row " << digests.size();
    EXPECT_EQ(DigestOf(row), DigestOf(Row(row)));
  }
}

TEST(RowDigestTest, EveryColumnOfABirthCounts) {
  const StoredBirth birth{"name", "config", "yaml", "id", 7};
  ExpectAllDiffer<StoredBirth>({birth,
                                {"Name", "config", "yaml", "id", 7},
                                {"name", "confih", "yaml", "id", 7},
                                {"name", "config", "yamm", "id", 7},
                                {"name", "config", "yaml", "ie", 7},
                                {"name", "config", "yaml", "id", 8},
                                // The same characters, divided otherwise.
                                {"namec", "onfig", "yaml", "id", 7}});
}

TEST(RowDigestTest, EveryColumnOfAStateCounts) {
  ExpectAllDiffer<StoredState>({{"birth", 1, "message", "cpu", 2, 3},
                                {"girth", 1, "message", "cpu", 2, 3},
                                {"birth", 2, "message", "cpu", 2, 3},
                                {"birth", 1, "massage", "cpu", 2, 3},
                                {"birth", 1, "message", "gpu", 2, 3},
                                {"birth", 1, "message", "cpu", 3, 3},
                                {"birth", 1, "message", "cpu", 2, 4}});
}

TEST(RowDigestTest, EveryColumnOfAStepAndTheStepBeforeCount) {
  ExpectAllDiffer<StoredStep>({{"before", 1, 2, 3, 4, "scalars", "record"},
                               {"befool", 1, 2, 3, 4, "scalars", "record"},
                               {"before", 2, 2, 3, 4, "scalars", "record"},
                               {"before", 1, 3, 3, 4, "scalars", "record"},
                               {"before", 1, 2, 4, 4, "scalars", "record"},
                               {"before", 1, 2, 3, 5, "scalars", "record"},
                               {"before", 1, 2, 3, 4, "scalarsr", "ecord"},
                               {"before", 1, 2, 3, 4, "scalars", "recorc"}});
}

TEST(RowDigestTest, EveryColumnOfACheckpointCounts) {
  ExpectAllDiffer<StoredCheckpoint>({{"birth", 1, "theta", "state", false},
                                     {"mirth", 1, "theta", "state", false},
                                     {"birth", 2, "theta", "state", false},
                                     {"birth", 1, "thetb", "state", false},
                                     {"birth", 1, "theta", "statf", false},
                                     {"birth", 1, "theta", "state", true}});
}

}  // namespace
}  // namespace paceline
