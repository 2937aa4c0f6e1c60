#include "common/log/json_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "common/log/fields.h"
#include "nlohmann/json.hpp"
#include "tests/common/log/log_lines.h"

namespace paceline {
namespace {

using nlohmann::json;
using ::testing::MatchesRegex;

TEST(JsonLinesTest, ALineSaysWhenHowBadWhoAndWhat) {
  LogLines log(JsonLines());
  log.logger().warn("a disk is full");
  const std::string text = log.Take();
  EXPECT_EQ(text.substr(0, 9), R"({"time":")") << text;
  const json line = json::parse(text);
  EXPECT_THAT(line["time"].get<std::string>(),
              MatchesRegex("20[0-9][0-9]-[0-9]+-[0-9]+T[0-9]+:[0-9]+:[0-9]+\\.[0-9][0-9][0-9]Z"));
  EXPECT_EQ(line["level"], "warning");
  EXPECT_EQ(line["logger"], "test");
  EXPECT_EQ(line["message"], "a disk is full");
  EXPECT_EQ(line.size(), 4u);
}

TEST(JsonLinesTest, TheTimeIsThatOfTheMessageInUtc) {
  LogLines log(JsonLines());
  const spdlog::log_clock::time_point time{std::chrono::milliseconds(1'767'323'045'678)};
  log.logger().log(time, spdlog::source_loc{}, spdlog::level::info, "x");
  EXPECT_EQ(json::parse(log.Take())["time"], "2026-01-02T03:04:05.678Z");
}

TEST(JsonLinesTest, FieldsFollowAndNumbersStayNumbers) {
  LogLines log(JsonLines());
  const ScopedLogFields fields({{"job", "mlp"}, {"step", 7}});
  log.logger().info("x");
  const json line = json::parse(log.Take());
  EXPECT_EQ(line["job"], "mlp");
  EXPECT_EQ(line["step"], 7);
}

// Bytes that would end a line, a string or a terminal's patience.
TEST(JsonLinesTest, WhateverIsLoggedIsOneLineThatParses) {
  const std::vector<std::string> hostile = {"two\nlines\r\n",
                                            R"(", "level": "error)",
                                            "a null \0 and a bell \a",
                                            "\x1b[31mred",
                                            "\xff\xfe no UTF-8, \xc3",
                                            "\xed\xa0\x80 a surrogate",
                                            "θ → ✓",
                                            "{} {:d} %s %n",
                                            std::string(100'000, '\\'),
                                            std::string("\0", 1),
                                            ""};
  LogLines log(JsonLines());
  for (const std::string& text : hostile) {
    const ScopedLogFields fields({{"job", text}});
    log.logger().info("{}", text);
    const std::string line = log.Take();
    ASSERT_EQ(std::ranges::count(line, '\n'), 1) << line;
    const json parsed = json::parse(line, nullptr, false);
    ASSERT_FALSE(parsed.is_discarded()) << line;
    EXPECT_EQ(parsed["job"], parsed["message"]);
    EXPECT_EQ(parsed["level"], "info");
  }
}

TEST(JsonLinesTest, SecretsAreHidden) {
  LogLines log(JsonLines());
  const std::string token = "pl_0123456789abcdef0123456789abcdef";
  const ScopedLogFields fields({{"worker", token}});
  log.logger().info("refused {}", token);
  EXPECT_EQ(log.Take().find("0123456789abcdef"), std::string::npos);
}

TEST(JsonLinesTest, LinesOfThreadsDoNotMix) {
  LogLines log(JsonLines());
  constexpr int kThreads = 4, kLines = 200;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        const ScopedLogFields fields({{"step", i}});
        for (int line = 0; line < kLines; ++line) log.logger().info("step {}", i);
      });
    }
  }
  std::istringstream lines(log.Take());
  int count = 0;
  for (std::string text; std::getline(lines, text); ++count) {
    const json line = json::parse(text);
    EXPECT_EQ(line["message"], "step " + std::to_string(line["step"].get<int>()));
  }
  EXPECT_EQ(count, kThreads * kLines);
}

}  // namespace
}  // namespace paceline
