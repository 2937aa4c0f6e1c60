#include "common/trace/tracer.h"

#include <gtest/gtest.h>

#include <utility>

#include "tests/common/trace/kept_spans.h"

namespace paceline {
namespace {

TEST(TracerTest, AChildHasItsParentsTraceAndNamesIt) {
  KeptSpans kept;
  Tracer tracer(kept);
  Span root = tracer.Start("job", {});
  Span child = tracer.Start("outer step", root.context());
  child.Set("step", int64_t{7}).Set("job", "mlp");
  child.End();
  root.End();
  const auto spans = kept.spans();
  ASSERT_EQ(spans.size(), 2u);
  EXPECT_EQ(spans[0].name, "outer step");
  EXPECT_EQ(spans[0].context.trace_id, spans[1].context.trace_id);
  EXPECT_EQ(spans[0].parent, spans[1].context.span_id);
  EXPECT_FALSE(spans[1].parent.valid());
  EXPECT_EQ(spans[0].attributes.size(), 2u);
  EXPECT_GE(spans[0].start_ns, spans[1].start_ns);
  EXPECT_GE(spans[0].end_ns, spans[0].start_ns);
}

TEST(TracerTest, ASpanEndsOnceHoweverItIsMoved) {
  KeptSpans kept;
  Tracer tracer(kept);
  {
    Span first = tracer.Start("first", {});
    Span second = std::move(first);
    first.End();
    EXPECT_TRUE(kept.spans().empty());
    second = tracer.Start("second", {});
    EXPECT_EQ(kept.spans().size(), 1u);
    second.End();
    second.End();
  }
  EXPECT_EQ(kept.spans().size(), 2u);
}

TEST(TracerTest, WhatFailedSaysWhy) {
  KeptSpans kept;
  Tracer tracer(kept);
  tracer.Start("fine", {}).Fail(absl::OkStatus());
  tracer.Start("commit", {}).Fail(absl::DataLossError("no room"));
  const auto spans = kept.spans();
  EXPECT_FALSE(spans[0].failed);
  EXPECT_TRUE(spans[1].failed);
  EXPECT_EQ(spans[1].message, "no room");
}

TEST(TracerTest, OffRecordsNothingAndGivesNobodyAContext) {
  Span span = Tracer::Off().Start("job", {});
  EXPECT_FALSE(span.recorded());
  EXPECT_FALSE(span.context().valid());
  span.Set("step", int64_t{7}).Fail(absl::DataLossError(""));
}

TEST(TracerTest, OfAParentThatIsNotSampledNothingIsRecordedAndItIsPassedOn) {
  KeptSpans kept;
  Tracer tracer(kept);
  const TraceContext parent{.trace_id = NewTraceId(), .span_id = NewSpanId(), .sampled = false};
  EXPECT_EQ(tracer.Start("job", parent).context(), parent);
  EXPECT_TRUE(kept.spans().empty());
}

TEST(TracerTest, APartIsOfWhatTheThreadWorksFor) {
  KeptSpans kept;
  Tracer tracer(kept);
  EXPECT_FALSE(tracer.StartPart("send").recorded());
  const Span window = tracer.Start("window", {});
  const ScopedTrace scope(window.context());
  tracer.StartPart("send").End();
  ASSERT_EQ(kept.spans().size(), 1u);
  EXPECT_EQ(kept.spans()[0].parent, window.context().span_id);
}

}  // namespace
}  // namespace paceline
