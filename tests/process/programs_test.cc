// What holds for every program.
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/process.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

constexpr const char* kPrograms[] = {
    "paceline",      "paceline-coordinator", "paceline-worker",    "paceline-bench",
    "paceline-eval", "paceline-evaluate",    "paceline-estimators"};

TEST(ProgramsTest, AllTellWhatTheyAreAndAreTheSame) {
  std::set<std::string> builds;
  for (const std::string program : kPrograms) {
    const Finished version = RunProgram(program, {"--version"});
    EXPECT_EQ(version.status, 0);
    EXPECT_THAT(version.out,
                MatchesRegex(program + " [0-9.]+ \\(commit [0-9a-z, ]+\\)\n"
                                       "protocol [0-9]+ to [0-9]+\nstore format [0-9]+\n"
                                       "engine build [0-9a-f]{16}\n"));
    EXPECT_EQ(version.err, "");
    builds.insert(version.out.substr(program.size()));
  }
  EXPECT_EQ(builds.size(), 1u);
}

TEST(ProgramsTest, AllSuggestAnOptionForAMisspeltOne) {
  for (const std::string program : kPrograms) {
    const Finished wrong = RunProgram(program, {"--vesrion"});
    EXPECT_EQ(wrong.status, 2) << program;
    EXPECT_EQ(wrong.err, program + ": there is no option --vesrion (did you mean --version?); " +
                             program + " --help lists them\n");
  }
}

TEST(ProgramsTest, AllFailIfTheirHelpDoesNotArrive) {
  for (const std::string program : kPrograms) {
    const Finished full =
        RunProgram("/bin/sh", {"-c", "exec \"$PACELINE_BIN/" + program + "\" --help > /dev/full"});
    EXPECT_EQ(full.status, 1) << program;
    EXPECT_THAT(full.err, HasSubstr(program + ": cannot write to standard output"));
  }
}

TEST(ProgramsTest, AllTellTheirExitStatuses) {
  for (const char* program : kPrograms) {
    EXPECT_THAT(RunProgram(program, {"--help"}).out, HasSubstr("Exit status: 0 ")) << program;
  }
}

}  // namespace
}  // namespace paceline
