#include "common/trace/current.h"

#include <gtest/gtest.h>

#include <thread>

namespace paceline {
namespace {

TraceContext New() { return {.trace_id = NewTraceId(), .span_id = NewSpanId(), .sampled = true}; }

TEST(CurrentTraceTest, ScopesNestAndThreadsHaveTheirOwn) {
  const TraceContext outer = New(), inner = New();
  EXPECT_FALSE(CurrentTrace().valid());
  {
    const ScopedTrace first(outer);
    {
      const ScopedTrace second(inner);
      EXPECT_EQ(CurrentTrace(), inner);
      std::jthread([] { EXPECT_FALSE(CurrentTrace().valid()); });
      const ScopedTrace none({});
      EXPECT_EQ(CurrentTrace(), inner);
    }
    EXPECT_EQ(CurrentTrace(), outer);
  }
  EXPECT_FALSE(CurrentTrace().valid());
}

TEST(CurrentTraceTest, LinesOfTheLogCarryIt) {
  const TraceContext context = New();
  const ScopedTrace scope(context);
  const auto fields = CurrentLogFields();
  ASSERT_EQ(fields.size(), 2u);
  EXPECT_EQ(fields[0].key, "trace_id");
  EXPECT_EQ(std::get<std::string>(fields[0].value), Hex(context.trace_id));
  EXPECT_EQ(fields[1].key, "span_id");
  EXPECT_EQ(std::get<std::string>(fields[1].value), Hex(context.span_id));
}

TEST(CurrentTraceTest, TheProgramsIsThatOfThreadsWithoutOne) {
  const TraceContext program = New(), own = New();
  SetProgramTrace(program);
  EXPECT_EQ(CurrentTrace(), program);
  {
    const ScopedTrace scope(own);
    EXPECT_EQ(CurrentTrace(), own);
  }
  SetProgramTrace({});
}

TEST(CurrentTraceTest, ATaskTakesItToAnotherThread) {
  const TraceContext context = New();
  TraceContext seen;
  std::function<void()> task;
  {
    const ScopedTrace scope(context);
    task = WithCurrentTrace([&] { seen = CurrentTrace(); });
  }
  std::jthread([&] { task(); });
  EXPECT_EQ(seen, context);
}

}  // namespace
}  // namespace paceline
