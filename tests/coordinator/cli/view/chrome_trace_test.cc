#include "coordinator/cli/view/chrome_trace.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "coordinator/cli/view/span_lanes.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using nlohmann::json;

const TraceId kTrace = NewTraceId();

SpanData Between(int64_t start_ns, int64_t end_ns, SpanId parent = {}) {
  SpanData span;
  span.context = {.trace_id = kTrace, .span_id = NewSpanId(), .sampled = true};
  span.parent = parent;
  span.name = "span";
  span.start_ns = start_ns;
  span.end_ns = end_ns;
  return span;
}

TEST(SpanLanesTest, ChildrenLieInTheirParentsAndOthersBesideThem) {
  const SpanData step = Between(0, 100), gather = Between(10, 50, step.context.span_id);
  const SpanData stranger = Between(20, 30), commit = Between(50, 90, step.context.span_id);
  const SpanData longer = Between(60, 120, step.context.span_id), next = Between(100, 200);
  EXPECT_EQ(LanesOf(std::vector{step, gather, stranger, commit, longer, next}),
            (std::vector{0, 0, 1, 0, 1, 0}));
}

TEST(SpanLanesTest, WindowsOfTwoThreadsHaveALaneEach) {
  EXPECT_EQ(LanesOf(std::vector{Between(0, 10), Between(5, 15), Between(10, 20), Between(15, 25)}),
            (std::vector{0, 1, 0, 1}));
  EXPECT_TRUE(LanesOf({}).empty());
}

TEST(ChromeTraceTest, AProgramIsAProcessAndAnArrowLeadsToAnothersChild) {
  const SpanData step = Between(5'000'000'000'000'001'000, 5'000'000'000'000'009'500);
  SpanData window =
      Between(5'000'000'000'000'002'500, 5'000'000'000'000'003'000, step.context.span_id);
  window.attributes = {{"block", int64_t{3}}};
  window.failed = true;
  window.message = "no room";
  const json trace = json::parse(
      ChromeTrace({{{.service = "paceline-coordinator", .instance = "here", .pid = 1}, {step}},
                   {{.service = "paceline-worker", .instance = "w0", .pid = 2}, {window}}}));
  std::vector<json> events;
  for (const json& event : trace["traceEvents"]) {
    if (event["ph"] != "M") events.push_back(event);
  }
  ASSERT_EQ(events.size(), 4u);
  EXPECT_EQ(trace["otherData"]["first_start_unix_ns"], "5000000000000001000");
  EXPECT_EQ(events[0]["ts"], 0.0);
  EXPECT_EQ(events[0]["dur"], 8.5);
  EXPECT_EQ(events[0]["pid"], 1);
  const json& drawn = events[1]["ph"] == "X" ? events[1] : events[3];
  EXPECT_EQ(drawn["ts"], 1.5);
  EXPECT_EQ(drawn["pid"], 2);
  EXPECT_EQ(drawn["args"]["block"], 3);
  EXPECT_EQ(drawn["args"]["error"], "no room");
  EXPECT_EQ(trace["traceEvents"][0]["args"]["name"], "paceline-coordinator here (1)");
}

TEST(ChromeTraceTest, OfNothingIsATraceToo) {
  const json trace = json::parse(ChromeTrace({}));
  EXPECT_TRUE(trace["traceEvents"].is_array() && trace["traceEvents"].empty());
}

}  // namespace
}  // namespace paceline
