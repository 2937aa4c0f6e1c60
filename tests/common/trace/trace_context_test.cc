#include "common/trace/trace_context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace paceline {
namespace {

using ::testing::HasSubstr;

constexpr char kTrace[] = "0af7651916cd43dd8448eb211c80319c";
constexpr char kSpan[] = "b7ad6b7169203331";

std::string With(const std::string& version, const std::string& trace, const std::string& span,
                 const std::string& flags) {
  return version + "-" + trace + "-" + span + "-" + flags;
}

TEST(TraceContextTest, IsReadAsTheStandardWritesIt) {
  const auto context = ParseTraceparent(With("00", kTrace, kSpan, "01"));
  ASSERT_TRUE(context.ok()) << context.status();
  EXPECT_EQ(Hex(context->trace_id), kTrace);
  EXPECT_EQ(Hex(context->span_id), kSpan);
  EXPECT_TRUE(context->sampled);
  EXPECT_EQ(ToTraceparent(*context), With("00", kTrace, kSpan, "01"));
}

TEST(TraceContextTest, TheLowestBitOfTheFlagsSaysWhetherItIsSampled) {
  for (const auto& [flags, sampled] : std::vector<std::pair<std::string, bool>>{
           {"00", false}, {"01", true}, {"02", false}, {"03", true}, {"ff", true}}) {
    const auto context = ParseTraceparent(With("00", kTrace, kSpan, flags));
    ASSERT_TRUE(context.ok()) << context.status();
    EXPECT_EQ(context->sampled, sampled) << flags;
  }
}

TEST(TraceContextTest, AVersionToComeMaySayMore) {
  EXPECT_TRUE(ParseTraceparent(With("01", kTrace, kSpan, "01")).ok());
  EXPECT_TRUE(ParseTraceparent(With("cc", kTrace, kSpan, "01") + "-more").ok());
}

TEST(TraceContextTest, WhatIsNoneIsRefusedAndSaysWhy) {
  const std::string good = With("00", kTrace, kSpan, "01");
  const std::string upper = "0AF7651916CD43DD8448EB211C80319C";
  for (const auto& [text, why] : std::vector<std::pair<std::string, std::string>>{
           {"", "0 characters"},
           {"00", "2 characters"},
           {good.substr(0, 54), "54 characters"},
           {good + "-", "56 characters and not 55"},
           {good + "0", "56 characters and not 55"},
           {std::string(100'000, '0'), "100000 characters"},
           {With("ff", kTrace, kSpan, "01"), "version ff is none"},
           {With("0x", kTrace, kSpan, "01"), "does not begin with a version"},
           {With("01", kTrace, kSpan, "01") + "x", "no '-' follows the flags"},
           {With("00", std::string(32, '0'), kSpan, "01"), "its trace id is none"},
           {With("00", upper, kSpan, "01"), "its trace id is none"},
           {With("00", std::string(32, 'g'), kSpan, "01"), "its trace id is none"},
           {With("00", kTrace, std::string(16, '0'), "01"), "its span id is none"},
           {With("00", kTrace, "b7ad6b716920333\xff", "01"), "its span id is none"},
           {With("00", kTrace, kSpan, "0 "), "its flags are none"},
           {With("00", kTrace, kSpan, "0G"), "its flags are none"},
           {"00_" + good.substr(3), "character 3 is no '-'"},
           {" " + good.substr(0, 54), "does not begin with a version"},
           {good.substr(0, 35) + "." + good.substr(36), "character 36 is no '-'"},
           {std::string(55, '\0'), "does not begin with a version"},
       }) {
    const auto context = ParseTraceparent(text);
    ASSERT_TRUE(absl::IsInvalidArgument(context.status())) << text;
    EXPECT_THAT(std::string(context.status().message()), HasSubstr(why)) << text;
  }
}

TEST(TraceContextTest, NoneIsWrittenAsNothing) {
  EXPECT_EQ(ToTraceparent({}), "");
  EXPECT_EQ(ToTraceparent({.trace_id = NewTraceId(), .span_id = {}, .sampled = true}), "");
}

TEST(TraceContextTest, NewIdsAreValidAndNoTwoAreAlike) {
  std::set<TraceId> traces;
  std::set<SpanId> spans;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(traces.insert(NewTraceId()).second);
    EXPECT_TRUE(spans.insert(NewSpanId()).second);
  }
  EXPECT_FALSE(traces.contains(TraceId()));
  EXPECT_FALSE(spans.contains(SpanId()));
}

}  // namespace
}  // namespace paceline
