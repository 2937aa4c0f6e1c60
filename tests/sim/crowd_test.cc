// Ten thousand workers that come and go.
#include "fmt/format.h"
#include "tests/sim/sim_fixture.h"

namespace paceline {
namespace {

class CrowdTest : public SimFixture {};

TEST_F(CrowdTest, TenThousandWorkersThatComeAndGoGiveTheUndisturbedTheta) {
  Failpoints failpoints;
  const SimOutcome outcome = Run(CrowdPlan(10'000, 2'048, 5), 1, failpoints);
  EXPECT_GE(outcome.answers, 5u * 2'048);
  fmt::print("{} answers, {:.2f} us of the coordinator each; {} events in {} s\n", outcome.answers,
             static_cast<double>(outcome.answer_time.count()) / 1000 /
                 static_cast<double>(outcome.answers),
             outcome.events, outcome.virtual_time.count());
}

}  // namespace
}  // namespace paceline
