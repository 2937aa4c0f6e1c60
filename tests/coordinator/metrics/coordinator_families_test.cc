#include "coordinator/metrics/coordinator_families.h"

#include "coordinator/metrics/metrics_board.h"
#include "coordinator/metrics/rpc_meters.h"
#include "gmock/gmock.h"
#include "prometheus/check_names.h"
#include "tests/testing/documented_metrics.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;
using ::testing::IsSubsetOf;
using ::testing::Not;

// Of a job at work of which everything is known.
CoordinatorNumbers FullNumbers() {
  CoordinatorNumbers numbers;
  numbers.jobs = {{.job = "toy", .state = v1::JOB_STATE_RUNNING, .step = 3, .steps = 10}};
  numbers.jobs_by_state[v1::JOB_STATE_RUNNING] = 1;
  JobAtWork& work = numbers.at_work.emplace();
  work.job = "toy";
  work.held_out_progress = 0.5;
  work.best_held_out_progress = 0.75;
  v1::OuterStepRecord& record = work.newest.emplace();
  record.set_mean_loss(1.5);
  record.set_gradient_variance(2);
  record.add_task_losses()->set_mean_loss(4);
  numbers.workers.by_device["cpu"] = 2;
  numbers.workers.by_version["1"] = 2;
  return numbers;
}

Families FamiliesOf(const CoordinatorNumbers& numbers) {
  Families families;
  AddLoopFamilies({.snapshot = std::make_shared<LoopSnapshot>(LoopSnapshot{.numbers = numbers})},
                  families);
  return families;
}

TEST(CoordinatorFamiliesTest, WhatIsToldOfTheLoopIsDocumented) {
  EXPECT_THAT(NamesOf(FamiliesOf(FullNumbers()).ToText()),
              IsSubsetOf(DocumentedMetrics("Of the coordinator")));
}

TEST(CoordinatorFamiliesTest, NamesFollowPrometheusConventions) {
  const Families families = FamiliesOf(FullNumbers());
  for (const prometheus::MetricFamily& family : families.all()) {
    EXPECT_TRUE(prometheus::CheckMetricName(family.name)) << family.name;
    EXPECT_THAT(family.help, testing::EndsWith("."));
    const bool counts = family.type == prometheus::MetricType::Counter;
    EXPECT_EQ(family.name.ends_with("_total"), counts) << family.name;
    for (const prometheus::ClientMetric& metric : family.metric) {
      for (const auto& label : metric.label) {
        EXPECT_TRUE(prometheus::CheckLabelName(label.name));
        EXPECT_THAT(label.name, Not(testing::AnyOf("job", "instance"))) << "is Prometheus' own";
      }
    }
  }
}

TEST(CoordinatorFamiliesTest, AJobAtWorkIsToldByItsName) {
  const std::string text = FamiliesOf(FullNumbers()).ToText();
  for (const char* line : {"paceline_job_outer_step{name=\"toy\"} 3\n",
                           "paceline_job_state{name=\"toy\",state=\"running\"} 1\n",
                           "paceline_job_outer_loss{name=\"toy\"} 1.5\n",
                           "paceline_job_task_loss{name=\"toy\",task=\"0\"} 4\n",
                           "paceline_job_held_out_progress{name=\"toy\",which=\"best\"} 0.75\n",
                           "paceline_jobs{state=\"running\"} 1\n",
                           "paceline_jobs{state=\"failed\"} 0\n", "paceline_scrape_stale 0\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(CoordinatorFamiliesTest, WhatIsNotKnownYetIsLeftOut) {
  CoordinatorNumbers numbers = FullNumbers();
  numbers.at_work->newest.reset();
  numbers.at_work->held_out_progress.reset();
  const std::string text = FamiliesOf(numbers).ToText();
  EXPECT_THAT(text, Not(HasSubstr("paceline_job_outer_loss")));
  EXPECT_THAT(text, Not(HasSubstr("which=\"newest\"")));
}

// So that a rate is right from the first one on.
TEST(CoordinatorFamiliesTest, EveryKindThatIsCountedIsToldFromTheBeginning) {
  Families families = FamiliesOf({});
  AccessMeters access;
  access.Count(AccessRefusal::kExpired);
  AddAccessFamilies(access, families);
  const std::string text = families.ToText();
  for (const char* line :
       {"paceline_answers_total{verdict=\"conflict\"} 0\n",
        "paceline_answers_refused_total{reason=\"not_finite\"} 0\n",
        "paceline_workers{state=\"mismatched\"} 0\n", "paceline_audit_mismatches_total 0\n",
        "paceline_access_refusals_total{reason=\"expired\"} 1\n",
        "paceline_access_refusals_total{reason=\"revoked\"} 0\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(CoordinatorFamiliesTest, ALoopThatDoesNotAnswerIsToldAlone) {
  Families families;
  AddLoopFamilies({.stale = true}, families);
  EXPECT_EQ(NamesOf(families.ToText()).size(), 1u);
  EXPECT_THAT(families.ToText(), HasSubstr("paceline_scrape_stale 1\n"));
}

TEST(DeviceKindTest, IsOneOfThree) {
  EXPECT_STREQ(DeviceKind("NVIDIA H200"), "cuda");
  EXPECT_STREQ(DeviceKind("AMD EPYC 7B13, AVX2"), "cpu");
  EXPECT_STREQ(DeviceKind(""), "unknown");
}

}  // namespace
}  // namespace paceline
