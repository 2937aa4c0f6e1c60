#include "worker/eval/flags.h"

#include <algorithm>

#include "CLI/CLI.hpp"
#include "gtest/gtest.h"

namespace paceline {
namespace {

EvalFlags Parse(std::vector<std::string> arguments) {
  EvalFlags flags;
  CLI::App app;
  app.add_option("TARGET", flags.target)->required();
  AddEvalFlags(app, flags);
  std::reverse(arguments.begin(), arguments.end());
  app.parse(arguments);
  return flags;
}

TEST(EvalFlagsTest, ArgumentsReadBackToTheSameFlags) {
  const EvalFlags flags =
      Parse({"--seeds", "7", "a b.safetensors", "--tuning-seeds", "2", "--length", "300", "--task",
             "1", "--threads", "3", "-o", "out", "--datasets", "/data", "--json"});
  EXPECT_EQ(flags.target, "a b.safetensors");
  EXPECT_EQ(flags.seeds, 7);
  const std::vector<std::string> arguments = ToArguments(flags);
  EXPECT_EQ(arguments.size(), 1u + 2 * 7 + 1);
  EXPECT_EQ(ToArguments(Parse(arguments)), arguments);
}

TEST(EvalFlagsTest, DefaultsReadBackToDefaults) {
  const EvalFlags flags = Parse({"job"});
  EXPECT_EQ(ToArguments(Parse(ToArguments(flags))), ToArguments(flags));
  EXPECT_EQ(Parse(ToArguments(flags)).length, 0);
}

TEST(EvalFlagsTest, TheFolderIsNamedAfterTheTarget) {
  EvalFlags flags;
  flags.target = "runs/quickstart.safetensors";
  EXPECT_EQ(OutputFolder(flags), "eval-quickstart");
  flags.output = "here";
  EXPECT_EQ(OutputFolder(flags), "here");
}

}  // namespace
}  // namespace paceline
