#include "coordinator/cli/client/job_watcher.h"

#include <chrono>
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "gtest/gtest.h"
#include "tests/testing/fake_clock.h"

namespace paceline {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using testing::HasSubstr;

constexpr char kNobody[] = "127.0.0.1:1";
constexpr auto kLook = milliseconds(20);
constexpr int kLooks = 500;

class JobWatcherTest : public testing::Test {
 protected:
  template <class Condition>
  bool Within(const Condition& condition) {
    for (int look = 0; look < kLooks && !condition(); ++look) watcher_.Next(kLook);
    return condition();
  }

  FakeClock clock_;
  JobWatcher watcher_{grpc::CreateChannel(kNobody, grpc::InsecureChannelCredentials()),
                      kNobody,
                      "demo",
                      0,
                      minutes(10),
                      clock_};
};

TEST_F(JobWatcherTest, ACoordinatorThatIsAwayIsWaitedFor) {
  EXPECT_TRUE(Within([&] { return !watcher_.trouble().empty(); }));
  EXPECT_THAT(watcher_.trouble(), HasSubstr(std::string(kNobody) + " is away"));
  clock_.Advance(minutes(9));
  EXPECT_FALSE(watcher_.ended());
}

TEST_F(JobWatcherTest, AfterItsPatienceItEndsWithTheReason) {
  ASSERT_TRUE(Within([&] { return !watcher_.trouble().empty(); }));
  clock_.Advance(minutes(10));
  EXPECT_TRUE(Within([&] { return watcher_.ended(); }));
  EXPECT_TRUE(absl::IsUnavailable(watcher_.status())) << watcher_.status();
}

}  // namespace
}  // namespace paceline
