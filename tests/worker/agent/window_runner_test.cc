#include "worker/agent/window_runner.h"

#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/agent/fake_engine.h"

namespace paceline {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

// Episodes may be longer than all their θ fit into memory.
TEST(WindowRunner, FetchesAFewVersionsOfThetaAtATime) {
  v1::JobAnnouncement announcement;
  announcement.set_job("job");
  HeldJob job(announcement, FakeFactory(std::make_shared<FakeEngineControl>()), 1);
  std::vector<std::pair<int64_t, int64_t>> fetched;
  const FetchThetas fetch = [&](int64_t first,
                                int64_t last) -> absl::StatusOr<std::vector<ThetaPtr>> {
    fetched.emplace_back(first, last);
    std::vector<ThetaPtr> thetas;
    for (int64_t step = first; step <= last; ++step) thetas.push_back(FakeTheta("job", step));
    return thetas;
  };
  const std::function<bool()> never = [] { return false; };
  const WindowRequest request{
      .job = "job", .step = 7, .theta_hash = FakeTheta("job", 7)->hash, .epoch = 3, .block = 0};
  const auto result = AnswerWindow(
      request, job, {.fetch = fetch, .stopping = never, .clock = Clock::Real(), .theta_bytes = 24});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->particles(0).sum_plus(), FakeScalar("job", 0, 7));
  EXPECT_EQ(result->replayed_inner_steps(), 30u);
  EXPECT_EQ(result->epoch(), 3u);
  EXPECT_THAT(fetched, ElementsAre(Pair(4, 6), Pair(7, 7)));
}

TEST(WindowRunner, ABlockThatIsReleasedIsNotMadeAnewToItsEnd) {
  v1::JobAnnouncement announcement;
  announcement.set_job("job");
  HeldJob job(announcement, FakeFactory(std::make_shared<FakeEngineControl>()), 1);
  int fetches = 0;
  const FetchThetas fetch = [&](int64_t first,
                                int64_t last) -> absl::StatusOr<std::vector<ThetaPtr>> {
    if (++fetches == 2) job.Release({{0u}});
    std::vector<ThetaPtr> thetas;
    for (int64_t step = first; step <= last; ++step) thetas.push_back(FakeTheta("job", step));
    return thetas;
  };
  const std::function<bool()> never = [] { return false; };
  const WindowRequest request{
      .job = "job", .step = 7, .theta_hash = FakeTheta("job", 7)->hash, .epoch = 3, .block = 0};
  const auto result = AnswerWindow(
      request, job, {.fetch = fetch, .stopping = never, .clock = Clock::Real(), .theta_bytes = 24});
  EXPECT_TRUE(absl::IsCancelled(result.status())) << result.status();
  EXPECT_EQ(job.Find(0), nullptr);
}

}  // namespace
}  // namespace paceline
