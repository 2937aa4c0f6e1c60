#include "worker/bench/engine_bench.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/testing/samples.h"
#include "worker/bench/machine.h"

namespace paceline {
namespace {

using testing::HasSubstr;

absl::StatusOr<nlohmann::ordered_json> RowOf(const std::string& task, const std::string& optimizer,
                                             const std::string& engine, uint64_t memory = 0) {
  const auto cases = MakeCases({.tasks = {task},
                                .optimizers = {optimizer},
                                .particles = {4},
                                .window = 5,
                                .engine = engine,
                                .threads = 2});
  if (!cases.ok()) return cases.status();
  static MachineLimits limits;  // measured once
  return RunEngineCase(cases->front(), {.threads = 2, .seconds = 0.02, .memory = memory}, limits);
}

absl::StatusOr<nlohmann::ordered_json> RunSmall(const std::string& engine, uint64_t memory = 0) {
  return RowOf("mlp:16-4-10:batch=8", "learnable_sgd", engine, memory);
}

TEST(EngineBench, ARowHasWhatTheCaseIsAndWhatItReached) {
  for (const char* engine : {"fused", "reference", "torch"}) {
    const auto row = RunSmall(engine);
    ASSERT_TRUE(row.ok()) << row.status();
    EXPECT_EQ((*row)["task"], "mlp:16-4-10:batch=8");
    EXPECT_EQ((*row)["optimizer"], "learnable_sgd");
    EXPECT_EQ((*row)["engine"], engine);
    EXPECT_EQ((*row)["device"], "cpu");
    EXPECT_EQ((*row)["particles"], 4);
    EXPECT_EQ((*row)["window"], 5);
    EXPECT_EQ((*row)["threads"], 2);
    for (const char* field : {"inner_steps_per_s", "parameter_updates_per_s", "fraction_of_peak",
                              "peak_gflops", "bytes_per_particle", "peak_rss_bytes"}) {
      EXPECT_GT((*row)[field].get<double>(), 0) << field;
    }
    EXPECT_LT((*row)["fraction_of_peak"].get<double>(), 1);
  }
}

TEST(EngineBench, EveryFamilyHasARow) {
  for (const auto& [name, optimizer] : FamilySamples()) {
    const auto row = RowOf("quadratic:8", name, "fused");
    ASSERT_TRUE(row.ok()) << row.status();
    EXPECT_EQ((*row)["optimizer"], name);
    EXPECT_GT((*row)["inner_steps_per_s"].get<double>(), 0) << name;
    EXPECT_LT((*row)["fraction_of_peak"].get<double>(), 1) << name;
  }
}

TEST(EngineBench, TooLittleMemoryIsSaidBeforeAnyWork) {
  const auto row = RunSmall("fused", 1'000'000);
  ASSERT_TRUE(absl::IsResourceExhausted(row.status()));
  EXPECT_THAT(std::string(row.status().message()), HasSubstr("there are 1.00 MB"));
}

TEST(EngineBench, ADeviceThatIsNotThereIsRefused) {
  EXPECT_EQ(OpenBenchDevice("cpu").value(), nullptr);
  for (const char* device : {"gpu", "cuda:x", ""}) {
    EXPECT_TRUE(absl::IsInvalidArgument(OpenBenchDevice(device).status())) << device;
  }
  const auto far = OpenBenchDevice("cuda:99");
  ASSERT_FALSE(far.ok());
  EXPECT_THAT(std::string(far.status().message()), HasSubstr("give --device cpu"));
}

TEST(EngineBench, TheMachineHasAPeakAndABandwidth) {
  EXPECT_GT(MeasurePeakGflops(1, 0.02), 0.1);
  EXPECT_GT(MeasureBandwidthGbs(1, 0.02), 0.1);
  EXPECT_GT(PeakRssBytes(), uint64_t{1'000'000});
}

}  // namespace
}  // namespace paceline
