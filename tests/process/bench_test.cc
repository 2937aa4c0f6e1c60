// `paceline bench` as a program: what it prints, and what it says of a wrong command line.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/testing/process.h"

namespace paceline {
namespace {

using testing::HasSubstr;

const std::vector<std::string> kSmall = {
    "bench",    "--task", "mlp:16-4-10:batch=8", "--optimizer", "adafac_mlp", "--particles", "4",
    "--window", "5",      "--seconds",           "0.02",        "--json"};

std::vector<std::string> With(std::vector<std::string> arguments,
                              const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST(BenchProgram, JsonIsAnObjectALine) {
  const Finished bench = RunProgram("paceline", kSmall);
  ASSERT_EQ(bench.status, 0) << bench.err;
  const auto row = nlohmann::json::parse(bench.out);
  for (const char* field : {"task", "optimizer", "particles", "window", "device", "threads",
                            "inner_steps_per_s", "fraction_of_peak", "bytes_per_particle"}) {
    EXPECT_TRUE(row.contains(field)) << field;
  }
  EXPECT_EQ(row["optimizer"], "adafac_mlp");
}

TEST(BenchProgram, ComparesWithWhatAnotherBuildPrinted) {
  const TemporaryFolder folder;
  const std::string before = folder.path() + "/before.json";
  auto row = nlohmann::json::parse(RunProgram("paceline", kSmall).out);
  row["inner_steps_per_s"] = 1e12;
  std::FILE* file = std::fopen(before.c_str(), "w");
  std::fputs(row.dump().c_str(), file);
  std::fclose(file);
  const Finished bench = RunProgram("paceline", With(kSmall, {"--against", before}));
  EXPECT_EQ(bench.status, 0);
  EXPECT_LT(nlohmann::json::parse(bench.out)["ratio"].get<double>(), 0.1);
  EXPECT_THAT(bench.err, HasSubstr("slower: engine mlp:16-4-10:batch=8 adafac_mlp 4 5 cpu"));
}

TEST(BenchProgram, SectionsOfTheCoordinatorAreMeasured) {
  const Finished bench =
      RunProgram("paceline", {"bench", "--section", "store,rpc,answers", "--json"});
  ASSERT_EQ(bench.status, 0) << bench.err;
  EXPECT_THAT(bench.out, HasSubstr("\"section\":\"store\""));
  EXPECT_THAT(bench.out, HasSubstr("\"section\":\"rpc\""));
  EXPECT_THAT(bench.out, HasSubstr("an answer, median, 1000 workers"));
}

TEST(BenchProgram, AWrongCommandLineIsRefusedBeforeAnyWork) {
  const struct {
    std::vector<std::string> arguments;
    int status;
    const char* complaint;
  } kBad[] = {
      {{"--device", "cuda:77"}, 1, "give --device cpu"},
      {{"--device", "tpu"}, 2, "there is no device 'tpu'"},
      {{"--task", "mlp:65-32-10"}, 2, "no square image"},
      {{"--optimizer", "adam"}, 2, "there is no optimizer adam"},
      {{"--particles", "0"}, 2, "--particles"},
      {{"--window", "-1"}, 2, "--window"},
      {{"--threads", "0"}, 2, "--threads"},
      {{"--engine", "jax"}, 2, "--engine"},
      {{"--section", "disk"}, 2, "--section"},
      {{"--seconds", "0"}, 2, "--seconds"},
      {{"--memory", "much"}, 2, "no size such as"},
      {{"--nonsense"}, 2, "--nonsense"},
      {{"--config", "nowhere.yaml"}, 4, "nowhere.yaml"},
      {{"--against", "nowhere.json"}, 4, "nowhere.json"},
      {{"--against", "README.md"}, 2, "README.md: line 1 is no JSON object"},
      {{"--particles", "100000", "--memory", "1G"}, 1, "particles fit"},
  };
  for (const auto& bad : kBad) {
    const Finished bench = RunProgram("paceline", With({"bench"}, bad.arguments));
    EXPECT_EQ(bench.status, bad.status) << bad.arguments[0] << bench.err;
    EXPECT_THAT(bench.err, HasSubstr(bad.complaint));
    EXPECT_EQ(bench.out, "");
  }
}

}  // namespace
}  // namespace paceline
