#include "coordinator/service/byte_budget.h"

#include <string>

#include "gtest/gtest.h"

namespace paceline {
namespace {

class ByteBudgetTest : public ::testing::Test {
 protected:
  void Take(char name, uint64_t bytes) {
    budget_.Take(bytes, [this, name] { went_ += name; });
  }
  ByteBudget budget_{10};
  std::string went_;
};

TEST_F(ByteBudgetTest, TheyGoAsLongAsThereIsRoomAndThenInTurn) {
  Take('a', 6);
  Take('b', 4);
  Take('c', 5);
  Take('d', 1);
  EXPECT_EQ(went_, "ab");
  budget_.GiveBack(4);
  EXPECT_EQ(went_, "ab") << "whoever asks for less does not overtake";
  budget_.GiveBack(6);
  EXPECT_EQ(went_, "abcd");
}

TEST_F(ByteBudgetTest, WhoAsksForMoreThanAllGoesAlone) {
  Take('a', 50);
  Take('b', 1);
  EXPECT_EQ(went_, "a");
  budget_.GiveBack(50);
  Take('c', 50);
  EXPECT_EQ(went_, "ab");
  budget_.GiveBack(1);
  EXPECT_EQ(went_, "abc");
}

}  // namespace
}  // namespace paceline
