#include "coordinator/job/job_trace.h"

namespace paceline {

void JobTrace::Begin(const std::string& job, TraceContext& trace) {
  End();
  job_span_ = tracer_.Start("job", trace);
  job_span_.Set("job", job);
  if (!trace.valid()) trace = job_span_.context();
}

void JobTrace::End() {
  phase_span_ = {};
  step_span_ = {};
  job_span_ = {};
  phase_ = {};
}

void JobTrace::BeginStep(int64_t step) {
  phase_span_ = {};
  phase_ = {};
  if (!tracer_.on()) return;
  step_span_.End();
  step_span_ = tracer_.Start("outer step", job_span_.context());
  step_span_.Set("step", step);
}

void JobTrace::Enter(std::string_view name) {
  if (!step_span_.recorded() || phase_ == name) return;
  phase_ = name;
  phase_span_.End();
  phase_span_ = tracer_.Start(name, step_span_.context());
}

}  // namespace paceline
