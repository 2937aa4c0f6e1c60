// Ten thousand workers that come and go.
#include <algorithm>
#include <chrono>
#include <numeric>

#include "fmt/format.h"
#include "tests/sim/sim_fixture.h"

namespace paceline {
namespace {

class CrowdTest : public SimFixture {};

TEST_F(CrowdTest, TenThousandWorkersThatComeAndGoGiveTheUndisturbedTheta) {
  Failpoints failpoints;
  SimOutcome outcome = Run(CrowdPlan(10'000, 2'048, 5), 1, failpoints);
  auto& times = outcome.answer_times;
  ASSERT_GE(times.size(), 5u * 2'048);
  std::ranges::sort(times);
  const auto microseconds = [](auto time) {
    return std::chrono::duration<double, std::micro>(time).count();
  };
  const auto sum = std::accumulate(times.begin(), times.end(), std::chrono::nanoseconds());
  fmt::print(
      "{} answers: {:.1f} us of the coordinator each in the median, {:.1f} us in the mean, with "
      "the ends of outer steps; {} events in {} s\n",
      times.size(), microseconds(times[times.size() / 2]),
      microseconds(sum) / static_cast<double>(times.size()), outcome.events,
      outcome.virtual_time.count());
}

}  // namespace
}  // namespace paceline
