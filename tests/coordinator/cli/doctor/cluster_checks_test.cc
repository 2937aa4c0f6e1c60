#include "coordinator/cli/doctor/cluster_checks.h"

#include <filesystem>
#include <fstream>

#include "common/base/protocol.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/process.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

TEST(Doctor, LooksForACoordinatorWhereOneShouldBe) {
  const absl::Status gone = absl::UnavailableError("nothing listens there");
  EXPECT_EQ(CheckCoordinator("head:7700", absl::OkStatus(), true).verdict, Verdict::kOk);
  EXPECT_EQ(CheckCoordinator("head:7700", gone, true).verdict, Verdict::kBad);
  const Finding nobody = CheckCoordinator("127.0.0.1:7700", gone, false);
  EXPECT_EQ(nobody.verdict, Verdict::kWarn);
  EXPECT_EQ(nobody.what, "nothing listens there");
  EXPECT_THAT(nobody.to_do, HasSubstr("PACELINE_COORDINATOR"));
}

TEST(Doctor, CountsWorkersAndTheirBuilds) {
  v1::ListWorkersReply workers;
  EXPECT_EQ(CheckWorkers(workers, "x").verdict, Verdict::kWarn);
  workers.add_workers()->set_version("paceline-worker 1");
  workers.add_workers()->set_version("paceline-worker 1");
  EXPECT_EQ(CheckWorkers(workers, "x").verdict, Verdict::kOk);
  workers.add_workers()->set_version("paceline-worker 2");
  const Finding mixed = CheckWorkers(workers, "paceline-worker 2");
  EXPECT_EQ(mixed.verdict, Verdict::kWarn);
  EXPECT_EQ(mixed.what, "3 connected of different builds: paceline-worker 1, paceline-worker 2");
}

TEST(Doctor, ComparesClocks) {
  const auto theirs =
      TimeOfHttpAnswer("HTTP/1.1 200 OK\r\nDate: Mon, 30 Nov 2026 09:30:00 GMT\r\nX: y\r\n\r\n");
  ASSERT_EQ(theirs, 1'796'031'000'000);
  struct Case {
    int64_t ahead_ms;
    Verdict verdict;
    const char* what;
  };
  for (const Case& c : std::vector<Case>{
           {0, Verdict::kOk, "agrees with the coordinator's"},
           {-1999, Verdict::kOk, "agrees"},
           {5000, Verdict::kWarn, "is 5 s ahead of the coordinator's"},
           {-59'000, Verdict::kWarn, "is 59 s behind the coordinator's"},
           {3'600'000, Verdict::kBad, "is 3600 s ahead of"},
       }) {
    const Finding finding = CheckClock(theirs, *theirs + c.ahead_ms);
    EXPECT_EQ(finding.verdict, c.verdict) << c.ahead_ms;
    EXPECT_THAT(finding.what, HasSubstr(c.what));
    EXPECT_EQ(finding.to_do.empty(), c.verdict == Verdict::kOk);
  }
  for (const char* answer : {"", "HTTP/1.1 200 OK\r\n\r\n", "\r\nDate: today\r\n"}) {
    EXPECT_EQ(TimeOfHttpAnswer(answer), std::nullopt) << answer;
  }
  EXPECT_THAT(CheckClock(std::nullopt, 0).what, HasSubstr("not compared: give --http"));
}

TEST(Doctor, LooksAtTheFormatOfTheStore) {
  using Format = absl::StatusOr<std::optional<int>>;
  struct Case {
    Format format;
    Verdict verdict;
    const char* what;
  };
  for (const Case& c : std::vector<Case>{
           {Format(std::nullopt), Verdict::kOk, "none in data yet"},
           {Format(kStoreFormat), Verdict::kOk, "in data"},
           {Format(kStoreFormat - 1), Verdict::kWarn, "in data"},
           {Format(kStoreFormat + 1), Verdict::kBad, "this build knows"},
           {absl::DataLossError("x is no database"), Verdict::kBad, "x is no database"},
       }) {
    const Finding finding = CheckStore("data", c.format);
    EXPECT_EQ(finding.verdict, c.verdict) << finding.what;
    EXPECT_THAT(finding.what, HasSubstr(c.what));
  }
}

TEST(Doctor, ReadsTheFormatOfAStoreWithoutOpeningIt) {
  TemporaryFolder folder;
  EXPECT_EQ(StoreFormatIn(folder.path()).value(), std::nullopt);
  const std::string database = folder.path() + "/coordinator.db";
  std::filesystem::copy_file("tests/coordinator/store/golden/format-1.db", database);
  EXPECT_EQ(StoreFormatIn(folder.path()).value(), 1);
  std::ofstream(database) << "text";
  EXPECT_TRUE(absl::IsDataLoss(StoreFormatIn(folder.path()).status()));
}

}  // namespace
}  // namespace paceline
