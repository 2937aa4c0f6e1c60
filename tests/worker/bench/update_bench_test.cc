#include "worker/bench/update_bench.h"

#include <set>
#include <string>

#include "common/baseline/rules.h"
#include "common/lopt/family.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

TEST(UpdateBench, EveryOptimizerHasARow) {
  std::set<std::string> names;
  const absl::Status done =
      RunUpdateSection({.tasks = {"mlp:64-4-10"}, .seconds = 1e-4}, [&](const auto& row) {
        const std::string name = row["name"];
        EXPECT_TRUE(names.insert(name).second) << name;
        EXPECT_EQ(row["learned"].template get<bool>(), FindBaseline(name) == nullptr) << name;
        EXPECT_EQ(row["parameters"], 64 * 4 + 4 + 4 * 10 + 10);
        EXPECT_GE(row["state_bytes_per_parameter"].template get<double>(), 0) << name;
        for (const char* field : {"value", "flops", "gflops", "copy_us", "times_copy"}) {
          EXPECT_GT(row[field].template get<double>(), 0) << name << " " << field;
        }
      });
  EXPECT_TRUE(done.ok()) << done;
  // All families but that of the parameters of a system.
  EXPECT_EQ(names.size(), BaselineRules().size() + Families().size() - 1);
  EXPECT_TRUE(names.contains("muon") && names.contains("hyper_v2"));
}

TEST(UpdateBench, ATaskThatIsNoneIsRefused) {
  const absl::Status refused =
      RunUpdateSection({.tasks = {"mlp:64"}}, [](const auto&) { FAIL() << "measured"; });
  EXPECT_TRUE(absl::IsInvalidArgument(refused)) << refused;
}

}  // namespace
}  // namespace paceline
