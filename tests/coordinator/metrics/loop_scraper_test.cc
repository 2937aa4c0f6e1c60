#include "coordinator/metrics/loop_scraper.h"

#include <future>

#include "gtest/gtest.h"

namespace paceline {
namespace {

using std::chrono::milliseconds;

class LoopScraperTest : public ::testing::Test {
 protected:
  LoopSnapshot Count() {
    LoopSnapshot snapshot;
    snapshot.numbers.counts.outer_steps = ++taken_;
    return snapshot;
  }
  // The loop does nothing else until `go` is set.
  void Block(std::promise<void>& go) {
    std::promise<void> blocked;
    loop_.Post([&blocked, until = go.get_future().share()] {
      blocked.set_value();
      until.wait();
    });
    blocked.get_future().wait();
  }
  uint64_t Steps(const LoopScraper::Scrape& scrape) {
    return scrape.snapshot->numbers.counts.outer_steps;
  }

  uint64_t taken_ = 0;
  EventLoop loop_{Clock::Real(), std::chrono::hours(1), [] {}};
  LoopScraper scraper_{loop_, [this] { return Count(); }};
};

TEST_F(LoopScraperTest, EveryScrapeIsOfTheLoopAsItIs) {
  for (uint64_t i = 1; i <= 3; ++i) {
    const LoopScraper::Scrape scrape = scraper_.Take();
    EXPECT_FALSE(scrape.stale);
    EXPECT_EQ(Steps(scrape), i);
  }
}

TEST_F(LoopScraperTest, ALoopThatIsStuckIsWaitedForShortlyAndAskedOnce) {
  EXPECT_EQ(Steps(scraper_.Take()), 1u);
  std::promise<void> go;
  Block(go);
  for (int i = 0; i < 3; ++i) {
    const LoopScraper::Scrape scrape = scraper_.Take(milliseconds(1));
    EXPECT_TRUE(scrape.stale);
    EXPECT_EQ(Steps(scrape), 1u) << "what was known before";
  }
  go.set_value();
  loop_.Stop();
  EXPECT_EQ(taken_, 2u);
}

TEST_F(LoopScraperTest, BeforeTheFirstSnapshotThereIsNone) {
  std::promise<void> go;
  Block(go);
  const LoopScraper::Scrape scrape = scraper_.Take(milliseconds(1));
  EXPECT_TRUE(scrape.stale);
  EXPECT_EQ(scrape.snapshot, nullptr);
  go.set_value();
}

TEST_F(LoopScraperTest, ALoopThatHasStoppedIsNotWaitedFor) {
  scraper_.Take();
  loop_.Stop();
  const LoopScraper::Scrape scrape = scraper_.Take(std::chrono::hours(1));
  EXPECT_TRUE(scrape.stale);
  EXPECT_EQ(Steps(scrape), 1u);
}

}  // namespace
}  // namespace paceline
