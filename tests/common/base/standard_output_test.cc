#include "common/base/standard_output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <iostream>
#include <string>

namespace paceline {
namespace {

// A program that prints to `path` and ends with `status`.
[[noreturn]] void Print(const char* path, const std::string& text, int status) {
  dup2(open(path, O_WRONLY), STDOUT_FILENO);
  std::cout << text;
  std::_Exit(CloseStandardOutput("the-program", status));
}

TEST(StandardOutput, WhatArrivesLeavesTheStatusAlone) {
  EXPECT_EXIT(Print("/dev/null", "text", 0), testing::ExitedWithCode(0), "^$");
  EXPECT_EXIT(Print("/dev/null", "text", 3), testing::ExitedWithCode(3), "^$");
  EXPECT_EXIT(Print("/dev/full", "", 0), testing::ExitedWithCode(0), "^$");
}

TEST(StandardOutput, WhatDoesNotArriveIsAnErrorThatSaysWhy) {
  EXPECT_EXIT(Print("/dev/full", "text", 0), testing::ExitedWithCode(1),
              "the-program: cannot write to standard output: No space left on device");
  for (const size_t size : {5000, 1'000'000}) {
    EXPECT_EXIT(Print("/dev/full", std::string(size, 'x'), 0), testing::ExitedWithCode(1),
                "the-program: cannot write to standard output");
  }
  EXPECT_EXIT(Print("/dev/full", "text", 4), testing::ExitedWithCode(4), "cannot write");
}

}  // namespace
}  // namespace paceline
