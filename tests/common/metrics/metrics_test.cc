#include <cmath>

#include "common/metrics/metrics_route.h"
#include "gmock/gmock.h"
#include "tests/testing/documented_metrics.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(FamiliesTest, AFamilyIsToldOnceWithAllOfItsValues) {
  Families families;
  families.Gauge("paceline_workers", "Workers.", 3, {{"state", "idle"}});
  families.Counter("paceline_outer_steps_total", "Outer steps.", 7);
  families.Gauge("paceline_workers", "Workers.", 2, {{"state", "working"}});
  EXPECT_EQ(families.ToText(),
            "# HELP paceline_workers Workers.\n# TYPE paceline_workers gauge\n"
            "paceline_workers{state=\"idle\"} 3\npaceline_workers{state=\"working\"} 2\n"
            "# HELP paceline_outer_steps_total Outer steps.\n"
            "# TYPE paceline_outer_steps_total counter\npaceline_outer_steps_total 7\n");
}

TEST(FamiliesTest, AHistogramsBucketsAreCumulated) {
  Distribution values({1, 10});
  values.Add(1);
  values.Add(5, 2);
  values.Add(100);
  Families families;
  families.Histogram("paceline_seconds", "Seconds.", values);
  EXPECT_THAT(families.ToText(), HasSubstr("paceline_seconds_count 4\npaceline_seconds_sum 111\n"));
  EXPECT_THAT(families.ToText(), HasSubstr("paceline_seconds_bucket{le=\"1\"} 1\n"
                                           "paceline_seconds_bucket{le=\"10\"} 3\n"
                                           "paceline_seconds_bucket{le=\"+Inf\"} 4\n"));
}

TEST(FamiliesTest, WhatPeopleNameCannotBreakALine) {
  Families families;
  families.Gauge("paceline_job_outer_step", "Steps.", NAN, {{"name", "a\"b\\c\nd"}});
  EXPECT_THAT(families.ToText(), HasSubstr("{name=\"a\\\"b\\\\c\\nd\"} Nan\n"));
}

TEST(DistributionTest, ABoundBelongsToTheRangeBelowAndWhatIsNoNumberToNone) {
  Distribution values({0, 1});
  for (const double value : {-1.0, 0.0, 0.5, 1.0, 1.5, std::nan("")}) values.Add(value);
  EXPECT_EQ(values.counts(), (std::vector<uint64_t>{2, 2, 1}));
  EXPECT_EQ(values.count(), 5u);
  EXPECT_EQ(values.sum(), 2);
}

TEST(MetricsRouteTest, TheProcessAndItsBuildAreToldBeforeTheRest) {
  HttpRoutes routes;
  AddMetricsRoute(
      {"paceline-test", "1.2.3", "abc"},
      [](Families& families) { families.Gauge("paceline_own", "Own.", 1); }, routes);
  const HttpReply reply = routes.at("/metrics")({"GET", "/metrics"});
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.content_type, StartsWith("text/plain; version=0.0.4"));
  EXPECT_THAT(reply.body, HasSubstr("paceline_build_info{program=\"paceline-test\","
                                    "version=\"1.2.3\",commit=\"abc\",protocol=\""));
  for (const std::string& name : DocumentedMetrics("Of both programs")) {
    EXPECT_THAT(reply.body, HasSubstr("# TYPE " + name + " ")) << "docs/metrics.md";
  }
  for (const char* some : {"process_cpu_seconds_total 0\n", "process_resident_memory_bytes 0\n",
                           "process_open_fds 0\n", "process_start_time_seconds 0\n"}) {
    EXPECT_THAT(reply.body, Not(HasSubstr(some)));
  }
  EXPECT_THAT(reply.body, HasSubstr("paceline_own 1\n"));
}

}  // namespace
}  // namespace paceline
