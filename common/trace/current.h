// What the work on this thread is part of.
#pragma once

#include <functional>
#include <optional>

#include "common/log/fields.h"
#include "common/trace/trace_context.h"

namespace paceline {

// While it exists, that is what this thread works for, and what it logs carries trace_id and
// span_id. One that is not valid changes nothing. Ends on the thread where it began.
class ScopedTrace {
 public:
  explicit ScopedTrace(const TraceContext& context);
  ~ScopedTrace();
  ScopedTrace(const ScopedTrace&) = delete;
  ScopedTrace& operator=(const ScopedTrace&) = delete;

 private:
  const TraceContext before_;
  std::optional<ScopedLogFields> fields_;
};

// Of the innermost scope of this thread, else of the program; not valid if there is neither.
TraceContext CurrentTrace();

// Of all threads that have no other: what the program was started for.
void SetProgramTrace(const TraceContext& context);

// The task, to be called on another thread as a part of what this thread works for.
std::function<void()> WithCurrentTrace(std::function<void()> task);

}  // namespace paceline
