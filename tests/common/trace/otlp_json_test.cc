#include "common/trace/otlp_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

const TraceResource kWorker{.service = "paceline-worker", .instance = "w1", .pid = 42};

SpanData Sample() {
  SpanData span;
  span.context = {.trace_id = NewTraceId(), .span_id = NewSpanId(), .sampled = true};
  span.parent = NewSpanId();
  span.name = "window";
  span.kind = SpanKind::kServer;
  span.start_ns = 1'767'323'045'678'901'234;
  span.end_ns = span.start_ns + 1;
  span.attributes = {{"job", "mlp"},
                     {"step", int64_t{7}},
                     {"largest", std::numeric_limits<int64_t>::max()},
                     {"loss", 0.5},
                     {"inf", -std::numeric_limits<double>::infinity()},
                     {"audited", true}};
  span.failed = true;
  span.message = "no room";
  return span;
}

TEST(OtlpJsonTest, IsReadBackAsItWasWritten) {
  const SpanData full = Sample();
  SpanData plain = Sample();
  plain.parent = {};
  plain.attributes.clear();
  plain.failed = false;
  plain.message.clear();
  const auto batches = ReadOtlpLine(OtlpLine(kWorker, std::vector{full, plain}));
  ASSERT_TRUE(batches.ok()) << batches.status();
  ASSERT_EQ(batches->size(), 1u);
  EXPECT_EQ(batches->front().resource, kWorker);
  EXPECT_EQ(batches->front().spans, (std::vector{full, plain}));
}

TEST(OtlpJsonTest, IsOneLineWhateverItsTextsHold) {
  SpanData span = Sample();
  span.name = "two\nlines \xff\"";
  const std::string line = OtlpLine(kWorker, std::vector{span});
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_TRUE(ReadOtlpLine(line).ok());
}

TEST(OtlpJsonTest, SaysHowManySpansWereDropped) {
  EXPECT_THAT(OtlpLine(kWorker, std::vector{Sample()}, 3),
              HasSubstr(R"({"key":"paceline.dropped_spans","value":{"intValue":"3"}})"));
}

TEST(OtlpJsonTest, NumbersMayBeNumbersAndListsAreLeftOut) {
  json request = json::parse(OtlpLine(kWorker, std::vector{Sample()}));
  json& span = request["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
  span["startTimeUnixNano"] = 5;
  span["endTimeUnixNano"] = 6u;
  span["attributes"] = json::parse(R"([{"key":"a","value":{"intValue":7}},
      {"key":"b","value":{"arrayValue":{"values":[]}}},{"key":"c"}])");
  const auto batches = ReadOtlpLine(request.dump());
  ASSERT_TRUE(batches.ok()) << batches.status();
  const SpanData& read = batches->front().spans.front();
  EXPECT_EQ(read.start_ns, 5);
  EXPECT_EQ(read.end_ns, 6);
  EXPECT_EQ(read.attributes, (std::vector<SpanAttribute>{{"a", int64_t{7}}}));
}

TEST(OtlpJsonTest, WhatIsNoneIsRefusedAndSaysWhy) {
  const auto with = [](const char* key, const json& value) {
    json request = json::parse(OtlpLine(kWorker, std::vector{Sample()}));
    request["resourceSpans"][0]["scopeSpans"][0]["spans"][0][key] = value;
    return request.dump();
  };
  for (const auto& [line, why] : std::vector<std::pair<std::string, std::string>>{
           {"", "no JSON"},
           {R"({"resourceSpans":[)", "no JSON"},
           {std::string(100'000, '['), "no JSON"},
           {"7", "no object"},
           {"{}", "there is no list 'resourceSpans'"},
           {R"({"resourceSpans":{}})", "there is no list 'resourceSpans'"},
           {R"({"resourceSpans":[7]})", "no object"},
           {R"({"resourceSpans":[{"scopeSpans":7}]})", "'scopeSpans' is no list"},
           {with("traceId", "7"), "'traceId' is no id of 32"},
           {with("traceId", 7), "'traceId' is no text"},
           {with("spanId", std::string(16, '0')), "'spanId' is no id of 16"},
           {with("parentSpanId", "x"), "'parentSpanId' is no id"},
           {with("startTimeUnixNano", "soon"), "'startTimeUnixNano' is no whole number"},
           {with("startTimeUnixNano", "9223372036854775807"), "ends before it starts"},
           {with("startTimeUnixNano", "9223372036854775808"), "no whole number"},
           {with("endTimeUnixNano", 18446744073709551615u), "no whole number"},
           {with("startTimeUnixNano", -1), "ends before it starts"},
           {with("name", json::array()), "'name' is no text"},
           {with("attributes", "many"), "'attributes' is no list"},
           {with("status", 7), "no object"},
       }) {
    const auto batches = ReadOtlpLine(line);
    ASSERT_TRUE(absl::IsInvalidArgument(batches.status())) << line.substr(0, 200);
    EXPECT_THAT(std::string(batches.status().message()), HasSubstr(why));
  }
}

}  // namespace
}  // namespace paceline
