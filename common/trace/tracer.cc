#include "common/trace/tracer.h"

#include <string>
#include <utility>

namespace paceline {

Tracer& Tracer::Off() {
  static Tracer tracer;
  return tracer;
}

Span Tracer::Start(std::string_view name, const TraceContext& parent, SpanKind kind) {
  if (!on()) return {};
  if (parent.valid() && !parent.sampled) return Span(parent);
  SpanData data;
  data.context = {.trace_id = parent.valid() ? parent.trace_id : NewTraceId(),
                  .span_id = NewSpanId(),
                  .sampled = true};
  if (parent.valid()) data.parent = parent.span_id;
  data.name = std::string(name);
  data.kind = kind;
  return Span(*sink_, std::move(data));
}

Span Tracer::StartPart(std::string_view name, SpanKind kind) {
  if (!on()) return {};
  const TraceContext parent = CurrentTrace();
  return parent.valid() ? Start(name, parent, kind) : Span();
}

}  // namespace paceline
