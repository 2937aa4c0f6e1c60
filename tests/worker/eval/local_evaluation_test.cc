#include "worker/eval/local_evaluation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "common/suite/keys.h"
#include "common/suite/suite.h"
#include "worker/eval/time_left.h"

namespace paceline {
namespace {

namespace fs = std::filesystem;

constexpr char kSuite[] = R"(
name: small
seeds: 6
horizons: [30]
baselines: [sgd, adam]
tuning: {transferred: true, rates: 4, trials: 5, seeds: 1}
tasks:
  - task: {quadratic: {dimension: 6}}
  - task: {quadratic: {dimension: 4, kind: spectrum, condition: 10}}
)";

class LocalEvaluations : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "paceline-evaluation-test-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    store_ = *OutcomeStore::Open(folder_ + "/x.sqlite", "build");
  }
  void TearDown() override {
    store_.reset();
    fs::remove_all(folder_);
  }

  std::string Digest(int threads, OutcomeStore* store, double* computed = nullptr) {
    EvaluationPlan plan(ParseSuite(kSuite, "s").suite, {});
    DataStore data("/nowhere");
    double anew = 0;
    const auto result =
        EvaluateHere(plan, data,
                     {.thetas = {},
                      .threads = threads,
                      .store = store,
                      .say = [&](const PlanProgress&, double work) { anew = work; }});
    EXPECT_TRUE(result.ok()) << result.status();
    if (computed != nullptr) *computed = anew;
    return ContentDigest(*result);
  }

  std::string folder_;
  std::unique_ptr<OutcomeStore> store_;
};

TEST_F(LocalEvaluations, TheResultDoesNotDependOnThreadsOrOnWhatIsKept) {
  const std::string one = Digest(1, nullptr);
  EXPECT_EQ(Digest(3, nullptr), one);
  double computed = 0;
  EXPECT_EQ(Digest(2, store_.get(), &computed), one);
  EXPECT_GT(computed, 0);
  EXPECT_EQ(Digest(2, store_.get(), &computed), one);
  EXPECT_EQ(computed, 0);
}

TEST_F(LocalEvaluations, AnErrorEndsIt) {
  EvaluationPlan plan(
      ParseSuite("name: a\ntasks:\n  - task: {image_mlp: {hidden: [4]}}\n", "s").suite, {});
  DataStore data("/nowhere");
  const auto result = EvaluateHere(plan, data, {.thetas = {}, .threads = 2});
  EXPECT_EQ(result.status().code(), absl::StatusCode::kNotFound) << result.status();
}

TEST(ProgressText, TellsTimeLeft) {
  EXPECT_EQ(DurationText(7.2), "8 s");
  EXPECT_EQ(DurationText(130), "2 min 10 s");
  EXPECT_EQ(DurationText(3900), "1 h 5 min");
  const PlanProgress progress = {
      .units_done = 3, .units_known = 12, .work_done = 30, .work_known = 100};
  EXPECT_EQ(ProgressText("s", progress, 20, 4), "s: 3 of 12 units (30 % of the work), 14 s left");
  EXPECT_EQ(ProgressText("s", progress, 0, 4), "s: 3 of 12 units (30 % of the work)");
}

}  // namespace
}  // namespace paceline
