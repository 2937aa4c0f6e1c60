#include "common/trace/current.h"

#include <utility>

namespace paceline {
namespace {

thread_local TraceContext current;
TraceContext of_program;

}  // namespace

ScopedTrace::ScopedTrace(const TraceContext& context) : before_(current) {
  if (!context.valid()) return;
  current = context;
  fields_.emplace(std::initializer_list<LogField>{{"trace_id", Hex(context.trace_id)},
                                                  {"span_id", Hex(context.span_id)}});
}

ScopedTrace::~ScopedTrace() { current = before_; }

TraceContext CurrentTrace() { return current.valid() ? current : of_program; }

void SetProgramTrace(const TraceContext& context) { of_program = context; }

std::function<void()> WithCurrentTrace(std::function<void()> task) {
  if (!current.valid()) return task;
  return [context = current, task = std::move(task)] {
    const ScopedTrace scope(context);
    task();
  };
}

}  // namespace paceline
