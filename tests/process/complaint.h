// What a program that refuses must look like.
#pragma once

#include <algorithm>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/process.h"

namespace paceline {

// The exit status, and a complaint of few lines on standard error that contains `text`.
inline void ExpectComplaint(const Finished& finished, int status, const std::string& text,
                            int max_lines = 1) {
  EXPECT_EQ(finished.status, status) << finished.out << finished.err;
  EXPECT_THAT(finished.err, ::testing::HasSubstr(text));
  EXPECT_LE(std::count(finished.err.begin(), finished.err.end(), '\n'), max_lines) << finished.err;
}

}  // namespace paceline
