#include "worker/metrics/worker_health.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace paceline {
namespace {

TEST(WorkerHealthTest, EachConditionHasItsReason) {
  struct Case {
    std::string what;
    WorkerVitals vitals;
    std::string unhealthy, not_ready;
  };
  const LinkNumbers joined{.joined = true, .joins = 1, .heard_ago = 0.5, .turned_ago = 0.5};
  const auto with = [&](auto change) {
    LinkNumbers link = joined;
    change(link);
    return link;
  };
  const std::vector<Case> cases = {
      {"at work", {joined}, "", ""},
      {"just started", {LinkNumbers{}}, "", "the worker has not joined its coordinator"},
      {"waits for its coordinator",
       {LinkNumbers{.turned_ago = 1, .trouble = "it cannot be reached"}},
       "",
       "the worker has not joined its coordinator: it cannot be reached"},
      {"with a coordinator that says nothing",
       {with([](LinkNumbers& link) { link.heard_ago = link.turned_ago = 30; })},
       "",
       "nothing was heard of the coordinator for 30 s"},
      {"stuck in its connection",
       {with([](LinkNumbers& link) { link.turned_ago = 500; })},
       "the connection to the coordinator has been stuck for 500 s",
       "the connection to the coordinator has been stuck for 500 s"},
      {"with a GPU that fell off the bus",
       {joined, "cudaMemGetInfo: unspecified launch failure"},
       "the device does not answer: cudaMemGetInfo: unspecified launch failure",
       "the device does not answer: cudaMemGetInfo: unspecified launch failure"},
      {"on its way out",
       {with([](LinkNumbers& link) {
         link.draining = true;
         link.turned_ago = 500;
       })},
       "",
       "the worker is leaving"},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(WhyUnhealthy(one.vitals), one.unhealthy) << one.what;
    EXPECT_EQ(WhyNotReady(one.vitals), one.not_ready) << one.what;
  }
}

}  // namespace
}  // namespace paceline
