#include "worker/data/load_once.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace paceline {
namespace {

using Numbers = LoadOnce<int, int>;

auto Loading(int value) {
  return [value]() -> Numbers::Loaded { return std::make_shared<const int>(value); };
}

// A load that cannot end unless another key can be loaded meanwhile.
TEST(LoadOnce, AKeyThatIsBeingLoadedKeepsNoOtherKeyWaiting) {
  Numbers numbers;
  const auto found = numbers.Get(1, [&]() -> Numbers::Loaded {
    std::jthread([&] { EXPECT_TRUE(numbers.Get(2, Loading(20)).ok()); }).join();
    return Loading(10)();
  });
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(**found, 10);
  EXPECT_EQ(**numbers.Get(2, Loading(0)), 20);
}

TEST(LoadOnce, ThreadsThatAskTogetherLoadOnce) {
  Numbers numbers;
  std::atomic<int> loads = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        const auto found = numbers.Get(1, [&]() -> Numbers::Loaded {
          ++loads;
          return Loading(7)();
        });
        EXPECT_EQ(**found, 7);
      });
    }
  }
  EXPECT_EQ(loads, 1);
}

TEST(LoadOnce, AFailureIsNotRemembered) {
  Numbers numbers;
  EXPECT_FALSE(numbers.Get(1, [] { return Numbers::Loaded(absl::DataLossError("")); }).ok());
  EXPECT_TRUE(numbers.Get(1, Loading(1)).ok());
}

}  // namespace
}  // namespace paceline
