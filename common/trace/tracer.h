// Where spans begin.
#pragma once

#include <string_view>

#include "common/trace/current.h"
#include "common/trace/span.h"

namespace paceline {

// Thread-safe.
class Tracer {
 public:
  // `sink` outlives the tracer, and the tracer its spans.
  explicit Tracer(SpanSink& sink) : sink_(&sink) {}
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;
  // Records nothing.
  static Tracer& Off();

  bool on() const { return sink_ != nullptr; }

  // A child of `parent`, or the root of a new trace if that is not valid. Of a parent that is not
  // sampled nothing is recorded, nor of what comes of it.
  Span Start(std::string_view name, const TraceContext& parent,
             SpanKind kind = SpanKind::kInternal);
  // A child of what this thread works for (CurrentTrace); nothing where it works for nothing.
  Span StartPart(std::string_view name, SpanKind kind = SpanKind::kInternal);

 private:
  Tracer() = default;

  SpanSink* sink_ = nullptr;
};

}  // namespace paceline
