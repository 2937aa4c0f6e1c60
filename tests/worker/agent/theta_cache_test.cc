#include "worker/agent/theta_cache.h"

#include <atomic>
#include <future>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/agent/fake_engine.h"

namespace paceline {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

class ThetaCacheTest : public ::testing::Test {
 protected:
  std::vector<int64_t> Steps(const std::vector<ThetaPtr>& thetas) {
    std::vector<int64_t> steps;
    for (const ThetaPtr& theta : thetas) steps.push_back(theta->step);
    return steps;
  }

  ThetaCache cache_;
  std::vector<std::pair<int64_t, int64_t>> fetched_;
  FetchThetas fetch_ = [this](int64_t first,
                              int64_t last) -> absl::StatusOr<std::vector<ThetaPtr>> {
    fetched_.emplace_back(first, last);
    std::vector<ThetaPtr> thetas;
    for (int64_t step = first; step <= last; ++step) thetas.push_back(FakeTheta("job", step));
    return thetas;
  };
};

TEST_F(ThetaCacheTest, OnlyVersionsThatAreNotHeldAreFetched) {
  cache_.Put(FakeTheta("job", 3));
  cache_.Put(FakeTheta("job", 6));
  EXPECT_THAT(Steps(*cache_.Get(1, 6, fetch_)), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(fetched_, ElementsAre(Pair(1, 2), Pair(4, 5)));
  EXPECT_THAT(Steps(*cache_.Get(1, 6, fetch_)), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(fetched_.size(), 2u);
}

TEST_F(ThetaCacheTest, AnotherThetaForTheSameStepIsNotTaken) {
  EXPECT_TRUE(cache_.Put(FakeTheta("job", 3)));
  EXPECT_TRUE(cache_.Put(FakeTheta("job", 3)));
  EXPECT_FALSE(cache_.Put(FakeTheta("another", 3)));
  EXPECT_EQ((*cache_.Get(3, 3, fetch_))[0]->hash, FakeTheta("job", 3)->hash);
}

TEST_F(ThetaCacheTest, PruningKeepsTheNewestVersion) {
  for (int64_t step = 0; step < 5; ++step) cache_.Put(FakeTheta("job", step));
  cache_.PruneBefore(3);
  EXPECT_EQ(cache_.size(), 2u);
  cache_.PruneBefore(100);
  EXPECT_EQ(cache_.size(), 1u);
  ASSERT_TRUE(cache_.Get(4, 4, fetch_).ok());
  EXPECT_TRUE(fetched_.empty());
}

// A version of the fake job is 8 bytes.
TEST_F(ThetaCacheTest, TheOldestAreForgottenWhereAllTakeTooMuch) {
  ThetaCache small(/*max_bytes=*/24);
  for (int64_t step = 0; step < 5; ++step) small.Put(FakeTheta("job", step));
  EXPECT_EQ(small.size(), 3u);
  EXPECT_THAT(Steps(*small.Get(0, 4, fetch_)), ElementsAre(0, 1, 2, 3, 4)) << "and fetched again";
  EXPECT_THAT(fetched_, ElementsAre(Pair(0, 1)));
  EXPECT_EQ(small.size(), 3u);
  ASSERT_TRUE(small.Get(2, 4, fetch_).ok());
  EXPECT_EQ(fetched_.size(), 1u);
  ThetaCache tiny(/*max_bytes=*/1);
  tiny.Put(FakeTheta("job", 1));
  tiny.Put(FakeTheta("job", 2));
  EXPECT_EQ(tiny.size(), 1u) << "the newest stays";
  ASSERT_TRUE(tiny.Get(2, 2, fetch_).ok());
  EXPECT_EQ(fetched_.size(), 1u);
}

TEST_F(ThetaCacheTest, AFailedFetchIsReportedAndMayBeTriedAgain) {
  const FetchThetas fail = [](int64_t, int64_t) -> absl::StatusOr<std::vector<ThetaPtr>> {
    return absl::OutOfRangeError("too old");
  };
  EXPECT_TRUE(absl::IsOutOfRange(cache_.Get(1, 2, fail).status()));
  EXPECT_TRUE(cache_.Get(1, 2, fetch_).ok());
}

TEST_F(ThetaCacheTest, AFetchThatLeavesAVersionOutIsAnError) {
  const FetchThetas nothing = [](int64_t, int64_t) -> absl::StatusOr<std::vector<ThetaPtr>> {
    return std::vector<ThetaPtr>{};
  };
  EXPECT_TRUE(absl::IsInternal(cache_.Get(1, 2, nothing).status()));
}

TEST_F(ThetaCacheTest, ManyThreadsFetchAVersionOnce) {
  std::promise<void> go;
  std::shared_future<void> gone = go.get_future().share();
  std::atomic<int> fetches = 0;
  const FetchThetas slow = [&](int64_t first, int64_t last) {
    ++fetches;
    gone.wait();
    return fetch_(first, last);
  };
  std::vector<std::future<size_t>> threads;
  for (int i = 0; i < 8; ++i) {
    threads.push_back(
        std::async(std::launch::async, [&] { return cache_.Get(0, 9, slow)->size(); }));
  }
  go.set_value();
  for (auto& thread : threads) EXPECT_EQ(thread.get(), 10u);
  EXPECT_EQ(fetches, 1);
}

}  // namespace
}  // namespace paceline
