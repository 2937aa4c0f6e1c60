// What an evaluation says of a trained optimizer, against a program of its own in numpy.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "common/checkpoint/trained_optimizer.h"
#include "common/config/task_rules.h"
#include "tests/testing/process.h"
#include "tests/testing/shared_data.h"
#include "worker/eval/unit_runner.h"
#include "worker/task/make_task.h"

namespace paceline {
namespace {

constexpr int kSteps = 100;
constexpr int kTrainings = 24;

struct Estimate {
  double mean = 0, standard_error = 0;
};

Estimate EstimateOf(const v1::UnitOutcome& outcome) {
  double sum = 0, squares = 0;
  for (const v1::RunOutcome& run : outcome.runs()) {
    sum += run.training_loss();
    squares += run.training_loss() * run.training_loss();
  }
  const double n = outcome.runs_size(), mean = sum / n;
  return {mean, std::sqrt((squares / n - mean * mean) / (n - 1))};
}

Estimate Ours(const TrainedOptimizer& trained) {
  v1::EvaluationUnit unit;
  *unit.mutable_task() = *ParseTask("{image_mlp: {hidden: [32]}}", "task");
  *unit.mutable_trained()->mutable_optimizer() = trained.optimizer;
  unit.set_engine(v1::ENGINE_AUTO);
  unit.set_key(77);
  unit.set_runs(kTrainings);
  unit.set_steps(kSteps);
  const auto task = MakeTask(unit.task(), SharedData());
  EXPECT_TRUE(task.ok()) << task.status();
  const auto outcome = RunUnit(unit, trained.theta, **task);
  EXPECT_TRUE(outcome.ok()) << outcome.status();
  return EstimateOf(*outcome);
}

TEST(IndependentEvaluation, AgreesWithinTheErrorOfSeeds) {
  const char* deps = std::getenv("PACELINE_DEPS");
  const std::string python = std::string(deps ? deps : "") + "/testing/venv/bin/python";
  if (!std::filesystem::exists(python)) {
    GTEST_SKIP() << "*** NOT TESTED: no Python with numpy at " << python << "; run deploy/setup.sh";
  }
  const TemporaryFolder folder;
  const Finished trained =
      RunProgram("paceline", {"local", "configs/quickstart.yaml", "--workers", "1", "--data",
                              folder.path(), "--set", "outer.steps=200"});
  ASSERT_EQ(trained.status, 0) << trained.err;
  const std::string file = folder.path() + "/quickstart.safetensors";
  const auto optimizer = ReadTrainedOptimizer(file);
  ASSERT_TRUE(optimizer.ok()) << optimizer.status();
  const Finished theirs = RunProgram(python, {"tests/worker/eval/independent.py", file,
                                              std::to_string(kSteps), std::to_string(kTrainings)});
  ASSERT_EQ(theirs.status, 0) << theirs.err;
  Estimate independent;
  std::istringstream(theirs.out) >> independent.mean >> independent.standard_error;
  const Estimate own = Ours(*optimizer);
  std::cout << fmt::format("ours {:.4f} ± {:.4f}, independent {:.4f} ± {:.4f}\n", own.mean,
                           own.standard_error, independent.mean, independent.standard_error);
  // It has learned something, so that not any optimizer would agree.
  EXPECT_LT(own.mean, 2.0);
  EXPECT_GT(independent.standard_error, 0);
  EXPECT_NEAR(own.mean, independent.mean,
              4 * std::hypot(own.standard_error, independent.standard_error));
}

}  // namespace
}  // namespace paceline
