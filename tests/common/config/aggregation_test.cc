// aggregation, quorum and async: what belongs together and what is possible.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/config/config.h"
#include "tests/common/config/trial_config.h"

namespace paceline {
namespace {

// Of the trial config, whose population is four blocks.
std::vector<std::string> Faults(const std::string& lines) {
  return testing::FaultsOf(testing::kTrialYaml + lines);
}

TEST(AggregationRules, TheOtherWaysAreTakenWithTheirRules) {
  for (const char* lines : {
           "",
           "aggregation: strict\n",
           "aggregation: quorum\nquorum: {blocks: 4}\n",
           "aggregation: quorum\nquorum: {blocks: 1, deadline: 0.5}\n",
           "aggregation: async\nasync: {answers: 1, staleness: 1000, age_decay: 0.5}\n",
           "aggregation: async\nasync: {answers: 4, staleness: 0}\n",
       }) {
    EXPECT_THAT(Faults(lines), ::testing::IsEmpty()) << lines;
  }
}

TEST(AggregationRules, FaultsAreReportedWithTheirPlaceAndWhatWouldBeRight) {
  const struct {
    const char* lines;
    std::vector<std::string> faults;
  } cases[] = {
      {"aggregation: quorum\n",
       {"job.yaml:21:14: aggregation is quorum, but quorum is missing; write quorum: {blocks: "
        "...}"}},
      {"aggregation: async\n",
       {"job.yaml:21:14: aggregation is async, but async is missing; write async: {answers: ..., "
        "staleness: ...}"}},
      {"quorum: {blocks: 2}\n",
       {"job.yaml:21:1: quorum is for aggregation: quorum; leave it out, or write that"}},
      {"aggregation: quorum\nquorum: {blocks: 2}\nasync: {answers: 2, staleness: 1}\n",
       {"job.yaml:23:1: async is for aggregation: async; leave it out, or write that"}},
      {"aggregation: quorum\nquorum: {blocks: 5}\n",
       {"job.yaml:22:18: quorum.blocks is 5; it must be at most 4, the number of blocks: "
        "estimator.particles / estimator.block"}},
      {"aggregation: quorum\nquorum: {blocks: 0}\n",
       {"job.yaml:22:18: quorum.blocks is 0; it must be a whole number from 1 to 1048576"}},
      {"aggregation: quorum\nquorum: {}\n",
       {"job.yaml:22:1: quorum.blocks is missing; it must be a whole number from 1 to 1048576"}},
      {"aggregation: quorum\nquorum: {blocks: 2, deadline: -1}\n",
       {"job.yaml:22:31: quorum.deadline is -1; it must be a number from 0 to 1000000"}},
      {"aggregation: async\nasync: {answers: 5, staleness: 1}\n",
       {"job.yaml:22:18: async.answers is 5; it must be at most 4, the number of blocks: "
        "estimator.particles / estimator.block"}},
      {"aggregation: async\nasync: {answers: 2}\n",
       {"job.yaml:22:1: async.staleness is missing; it must be a whole number from 0 to 1000"}},
      {"aggregation: async\nasync: {answers: 2, staleness: 1001}\n",
       {"job.yaml:22:32: async.staleness is 1001; it must be a whole number from 0 to 1000"}},
      {"aggregation: async\nasync: {answers: 2, staleness: 1, age_decay: 0}\n",
       {"job.yaml:22:46: async.age_decay is 0; it must be a number above 0 and at most 1"}},
      {"aggregation: async\nasync: {answers: 2, staleness: 1, age_decay: 1.5}\n",
       {"job.yaml:22:46: async.age_decay is 1.5; it must be a number above 0 and at most 1"}},
      {"aggregation: eventual\n",
       {"job.yaml:21:14: aggregation is \"eventual\"; it must be one of strict, quorum or async"}},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(Faults(c.lines), ::testing::ElementsAreArray(c.faults)) << c.lines;
  }
}

}  // namespace
}  // namespace paceline
