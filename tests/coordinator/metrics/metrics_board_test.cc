#include "coordinator/metrics/metrics_board.h"

#include <fstream>

#include "gmock/gmock.h"
#include "tests/testing/certificates.h"
#include "tests/testing/documented_metrics.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/process.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;
using ::testing::IsSubsetOf;
using ::testing::Not;

class MetricsBoardTest : public ::testing::Test {
 protected:
  static std::string Scrape(MetricsBoard& board) {
    Families families;
    board.Tell(families);
    EXPECT_THAT(NamesOf(families.ToText()), IsSubsetOf(DocumentedMetrics("Of the coordinator")));
    return families.ToText();
  }

  TemporaryFolder folder_;
  FakeClock clock_;
  HealthBoard health_{clock_};
};

TEST_F(MetricsBoardTest, HealthIsWhatProbesAreTold) {
  MetricsBoard board({.data_folder = folder_.path()}, health_);
  health_.Beat("", "");
  EXPECT_THAT(Scrape(board), HasSubstr("paceline_healthy 1\n"));
  EXPECT_THAT(Scrape(board), HasSubstr("paceline_ready 1\n"));
  clock_.Advance(2 * kLoopPatience);
  EXPECT_THAT(Scrape(board), HasSubstr("paceline_healthy 0\n"));
  EXPECT_THAT(Scrape(board), HasSubstr("paceline_ready 0\n"));
}

TEST_F(MetricsBoardTest, ACoordinatorAnswersWhileItIsAttached) {
  MetricsBoard board({.data_folder = folder_.path()}, health_);
  board.Attach([](Families& families) { families.Gauge("paceline_watchers", "Some.", 5); });
  EXPECT_THAT(Scrape(board), HasSubstr("paceline_watchers 5\n"));
  board.Detach();
  EXPECT_THAT(Scrape(board), Not(HasSubstr("paceline_watchers")));
}

TEST_F(MetricsBoardTest, TheDisksRoomIsToldAndAFolderThatIsGoneIsNot) {
  MetricsBoard board({.data_folder = folder_.path()}, health_);
  EXPECT_THAT(Scrape(board), HasSubstr("paceline_data_disk_free_bytes "));
  MetricsBoard gone({.data_folder = folder_.path() + "/none"}, health_);
  EXPECT_THAT(Scrape(gone), Not(HasSubstr("paceline_data_disk_free_bytes ")));
}

TEST_F(MetricsBoardTest, TheCertificatesEndIsReadOffItsFileEachTime) {
  const std::string path = folder_.path() + "/server.pem";
  MetricsBoard board({.data_folder = folder_.path(), .certificate = path}, health_);
  const char* name = "\npaceline_certificate_expiry_timestamp_seconds ";
  EXPECT_THAT(Scrape(board), Not(HasSubstr(name)));
  std::ofstream(path) << MakeAuthority("a").cert;
  const std::string text = Scrape(board);
  ASSERT_THAT(text, HasSubstr(name));
  const double expiry =
      std::strtod(text.c_str() + text.find(name) + std::string(name).size(), nullptr);
  EXPECT_NEAR(expiry, static_cast<double>(std::time(nullptr)) + 3600, 60);
  std::ofstream(path) << "nothing";
  EXPECT_THAT(Scrape(board), Not(HasSubstr(name)));
}

}  // namespace
}  // namespace paceline
