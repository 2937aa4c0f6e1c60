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

TEST(LoadOnce, OfWhatNobodyHoldsTheLastAskedForStay) {
  Numbers numbers(/*keep_bytes=*/2, [](const int&) { return uint64_t{1}; });
  const auto get = [&](int key) { return *numbers.Get(key, Loading(key)); };
  const std::weak_ptr<const int> first = get(1), second = get(2);
  EXPECT_FALSE(first.expired() || second.expired());
  get(1);
  std::weak_ptr<const int> fourth;
  {
    const std::shared_ptr<const int> third = get(3);  // held, and so not counted
    EXPECT_FALSE(second.expired());
    fourth = get(4);
    get(5);
    EXPECT_TRUE(second.expired());
    EXPECT_FALSE(first.expired());
    EXPECT_EQ(third.use_count(), 2);
  }
  EXPECT_FALSE(fourth.expired());
  EXPECT_EQ(*get(2), 2);
}

TEST(LoadOnce, AFailureIsNotRemembered) {
  Numbers numbers;
  EXPECT_FALSE(numbers.Get(1, [] { return Numbers::Loaded(absl::DataLossError("")); }).ok());
  EXPECT_TRUE(numbers.Get(1, Loading(1)).ok());
}

}  // namespace
}  // namespace paceline
