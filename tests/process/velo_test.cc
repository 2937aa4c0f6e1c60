// VeLO's optimizer at its published size, meta-trained through a coordinator and two workers.
#include <sys/resource.h>

#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/testing/process.h"

namespace paceline {
namespace {

using testing::HasSubstr;

// Of the largest program that this one has started, and those that it started.
double LargestGib() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  return static_cast<double>(usage.ru_maxrss) / (1 << 20);  // the kernel counts kB
}

TEST(Velo, ThreeOuterStepsFitEasilyInEightGibibytes) {
  const TemporaryFolder folder;
  const std::string data = folder.path() + "/velo";
  const Finished run = RunProgram(
      "paceline",
      {"local", "configs/velo.yaml", "--workers", "2", "--set", "outer.steps=3", "--data", data},
      4 * kPatience);
  ASSERT_EQ(run.status, 0) << run.err;
  // Four programs: the command, the coordinator, two workers.
  EXPECT_LT(4 * LargestGib(), 8);
  std::ifstream log(data + "/jobs/velo/log.jsonl");
  int steps = 0;
  for (std::string line; std::getline(log, line);) {
    const auto record = nlohmann::json::parse(line);
    if (!record.contains("update_norm")) continue;
    EXPECT_GT(record["update_norm"].get<double>(), 0) << line;
    ++steps;
  }
  EXPECT_EQ(steps, 3);
  const Finished hash = RunProgram("paceline", {"hash", data + "/velo.safetensors"});
  EXPECT_EQ(hash.status, 0) << hash.err;
  EXPECT_THAT(run.out, HasSubstr("velo.safetensors"));
}

}  // namespace
}  // namespace paceline
