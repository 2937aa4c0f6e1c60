// Spans: what took how long, as a part of what.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "common/base/clock.h"
#include "common/trace/trace_context.h"

namespace paceline {

// Numbers as OTLP has them.
enum class SpanKind { kInternal = 1, kServer = 2, kClient = 3, kProducer = 4, kConsumer = 5 };

struct SpanAttribute {
  std::string key;
  std::variant<std::string, int64_t, double, bool> value;
  bool operator==(const SpanAttribute&) const = default;
};

struct SpanData {
  TraceContext context;
  SpanId parent;  // not valid: the root of its trace
  std::string name;
  SpanKind kind = SpanKind::kInternal;
  int64_t start_ns = 0, end_ns = 0;  // Unix time
  std::vector<SpanAttribute> attributes;
  bool failed = false;
  std::string message;  // of what failed
  bool operator==(const SpanData&) const = default;
};

// Where spans go that have ended. Thread-safe, and never waits.
class SpanSink {
 public:
  virtual ~SpanSink() = default;
  virtual void Take(SpanData span) = 0;
};

// A span under way; it ends with the object. One that is not recorded costs next to nothing. In one
// thread's hands at a time; the tracer that began it outlives it.
class Span {
 public:
  Span() = default;  // is not recorded
  // A tracer's.
  Span(SpanSink& sink, SpanData data);
  // Not recorded, but of that context.
  explicit Span(const TraceContext& context) : context_(context) {}
  ~Span() { End(); }
  Span(Span&& other) noexcept;
  Span& operator=(Span&& other) noexcept;

  // For its children, here and in other programs; not valid if nobody traces.
  const TraceContext& context() const { return context_; }
  bool recorded() const { return data_ != nullptr; }

  Span& Set(std::string_view key, std::string_view value);
  Span& Set(std::string_view key, const char* value) { return Set(key, std::string_view(value)); }
  Span& Set(std::string_view key, int64_t value);
  Span& Set(std::string_view key, double value);
  // What it tried did not come about; OK changes nothing.
  Span& Fail(const absl::Status& status);
  // Later calls of anything change nothing.
  void End();

 private:
  TraceContext context_;
  SpanSink* sink_ = nullptr;
  SteadyTime began_{};
  std::unique_ptr<SpanData> data_;
};

}  // namespace paceline
