#include "common/log/text_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/common/log/log_lines.h"

namespace paceline {
namespace {

using ::testing::MatchesRegex;

TEST(TextLinesTest, ALineIsAsSpdlogWritesIt) {
  LogLines log(TextLines());
  log.logger().warn("job mlp: θ is kept");
  EXPECT_THAT(log.Take(), MatchesRegex("\\[[-0-9]+ [:.0-9]+\\] \\[test\\] \\[warning\\] "
                                       "job mlp: θ is kept\n"));
}

TEST(TextLinesTest, NoTextBeginsALineRulesATerminalOrShowsASecret) {
  LogLines log(TextLines());
  log.logger().info("name\n[2026-01-01] [test] [info] forged \x1b[2J pl_0123456789abcdef0123");
  const std::string line = log.Take();
  EXPECT_EQ(std::ranges::count(line, '\n'), 1);
  EXPECT_EQ(line.find('\x1b'), std::string::npos);
  EXPECT_NE(line.find("pl_REDACTED"), std::string::npos) << line;
}

}  // namespace
}  // namespace paceline
