#include "coordinator/job/job_trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/common/trace/kept_spans.h"

namespace paceline {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> NamesOf(const std::vector<SpanData>& spans) {
  std::vector<std::string> names;
  for (const SpanData& span : spans) names.push_back(span.name);
  return names;
}

TEST(JobTraceTest, PhasesFollowOneAnotherInTheirStepAndStepsInTheirJob) {
  KeptSpans kept;
  Tracer tracer(kept);
  TraceContext context;
  JobTrace trace(tracer);
  trace.Begin("mlp", context);
  for (int64_t step = 0; step < 2; ++step) {
    trace.BeginStep(step);
    for (const char* phase : {"publish", "gather", "gather", "commit"}) trace.Enter(phase);
  }
  trace.End();
  const auto spans = kept.spans();
  EXPECT_THAT(NamesOf(spans), ElementsAre("publish", "gather", "commit", "outer step", "publish",
                                          "gather", "commit", "outer step", "job"));
  const SpanData &job = spans[8], &step = spans[7];
  EXPECT_EQ(context, job.context);
  EXPECT_EQ(step.parent, job.context.span_id);
  for (const size_t phase : {4, 5, 6}) EXPECT_EQ(spans[phase].parent, step.context.span_id);
}

TEST(JobTraceTest, WorkersAreToldOfTheStepAtHand) {
  KeptSpans kept;
  Tracer tracer(kept);
  const TraceContext submitted{.trace_id = NewTraceId(), .span_id = NewSpanId(), .sampled = true};
  TraceContext context = submitted;
  JobTrace trace(tracer);
  EXPECT_EQ(trace.traceparent(), "");
  trace.Begin("mlp", context);
  EXPECT_EQ(context, submitted);
  trace.BeginStep(0);
  const std::string first = trace.traceparent();
  EXPECT_EQ(ParseTraceparent(first)->trace_id, submitted.trace_id);
  trace.BeginStep(1);
  EXPECT_NE(trace.traceparent(), first);
  trace.End();
  EXPECT_EQ(trace.traceparent(), "");
}

TEST(JobTraceTest, NobodyIsToldOfAnythingWhereNobodyTraces) {
  TraceContext context;
  JobTrace trace(Tracer::Off());
  trace.Begin("mlp", context);
  trace.BeginStep(0);
  trace.Enter("gather");
  trace.Fail(absl::DataLossError("no room"));
  EXPECT_EQ(trace.traceparent(), "");
  EXPECT_FALSE(context.valid());
}

}  // namespace
}  // namespace paceline
