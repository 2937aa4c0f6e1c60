#include "common/log/fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <barrier>
#include <thread>
#include <vector>

#include "fmt/format.h"

namespace paceline {
namespace {

std::string Text() {
  std::string text;
  for (const LogField& field : CurrentLogFields()) {
    const auto* number = std::get_if<int64_t>(&field.value);
    text += fmt::format("{}={} ", field.key,
                        number ? std::to_string(*number) : std::get<std::string>(field.value));
  }
  return text;
}

TEST(LogFieldsTest, NestAndEndWithTheirScopes) {
  EXPECT_EQ(Text(), "");
  {
    const ScopedLogFields job({{"job", "mlp"}});
    {
      const ScopedLogFields step({{"step", 7}, {"worker", "w1"}});
      EXPECT_EQ(Text(), "job=mlp step=7 worker=w1 ");
    }
    EXPECT_EQ(Text(), "job=mlp ");
  }
  EXPECT_EQ(Text(), "");
}

TEST(LogFieldsTest, TheInnerOneOfTwoIsShownAndOnce) {
  const ScopedLogFields outer({{"job", "first"}, {"step", 1}});
  {
    const ScopedLogFields inner({{"job", "second"}});
    EXPECT_EQ(Text(), "job=second step=1 ");
  }
  EXPECT_EQ(Text(), "job=first step=1 ");
}

TEST(LogFieldsTest, ThoseOfTheProgramComeFirst) {
  SetProgramLogFields({{"worker", "w1"}});
  {
    const ScopedLogFields job({{"job", "mlp"}});
    EXPECT_EQ(Text(), "worker=w1 job=mlp ");
  }
  SetProgramLogFields({});
}

TEST(LogFieldsTest, ThreadsHaveTheirOwn) {
  constexpr int kThreads = 8;
  std::barrier together(kThreads);
  std::vector<std::string> seen(kThreads);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        const ScopedLogFields fields({{"step", i}});
        together.arrive_and_wait();
        seen[static_cast<size_t>(i)] = Text();
        together.arrive_and_wait();
      });
    }
  }
  for (int i = 0; i < kThreads; ++i) {
    EXPECT_EQ(seen[static_cast<size_t>(i)], fmt::format("step={} ", i));
  }
}

}  // namespace
}  // namespace paceline
