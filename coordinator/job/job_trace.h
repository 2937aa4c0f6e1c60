// The spans of the job at work: one while it is in memory, in it one of each outer step, in that
// one of each phase.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/trace/tracer.h"

namespace paceline {

// Not thread-safe.
class JobTrace {
 public:
  // `tracer` outlives the object.
  explicit JobTrace(Tracer& tracer) : tracer_(tracer) {}

  // `trace`: what the job was submitted by, or its span in an earlier turn; not valid: unknown. It
  // becomes what the job is a part of from now on.
  void Begin(const std::string& job, TraceContext& trace);
  // Its parts end with it.
  void End();

  // The outer step that asks for the windows of that one; the step before ends.
  void BeginStep(int64_t step);
  // What the outer step is at: the phase before ends, and nothing does if it is at that already.
  // `name` is a literal.
  void Enter(std::string_view name);
  // The phase failed.
  void Fail(const absl::Status& status) { phase_span_.Fail(status); }

  // Of the outer step, and as it goes to workers; empty where nobody traces.
  const TraceContext& step() const { return step_span_.context(); }
  std::string traceparent() const { return ToTraceparent(step()); }

 private:
  Tracer& tracer_;
  Span job_span_, step_span_, phase_span_;
  std::string_view phase_;
};

}  // namespace paceline
