#include "worker/estimators/study.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "nlohmann/json.hpp"
#include "tests/testing/shared_data.h"
#include "worker/estimators/report.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kConfig[] = R"(
name: small
seed: 5
optimizer: {learnable_sgd: {learning_rate: 0.05}}
tasks: [{quadratic: {dimension: 3, kind: target}}]
episode: {constant: {steps: 20}}
estimator: {nres: {window: 5, sigma: 0.1}, particles: 4, block: 2}
outer: {steps: 10, optimizer: {sgd: {learning_rate: 1}}}
)";

absl::StatusOr<Study> Measure(const StudyOptions& options,
                              const std::vector<std::string>& overrides = {}) {
  return RunStudy(kConfig, "small.yaml", overrides, {}, options, SharedData(),
                  [](const std::string&) {});
}

StudyOptions Small() {
  StudyOptions options;
  options.budget = 4000;
  options.plot = false;
  return options;
}

TEST(Study, MeasuresEveryEstimatorAtEverySetting) {
  StudyOptions options = Small();
  options.sigmas = {0.1, 0.2};
  options.windows = {5, 10};
  options.particles = {2, 8};
  const auto study = Measure(options);
  ASSERT_TRUE(study.ok()) << study.status();
  // Each sigma: full_es once and the others for both windows; then pathwise, and all for both
  // numbers of particles.
  const size_t windowed = EstimatorNames().size() - 2;
  EXPECT_EQ(study->rows.size(), 2 * (2 * (1 + 2 * windowed) + 3));
  for (const StudyRow& row : study->rows) {
    EXPECT_GT(row.figures.variance.value, 0) << row.estimator;
    EXPECT_GT(row.inner_steps, 0) << row.estimator;
  }
  EXPECT_THAT(study->advice, HasSubstr("advice: "));
}

TEST(Study, IsTheSameWhateverTheNumberOfThreads) {
  StudyOptions options = Small();
  options.plot = true;
  const std::string one = StudyText(Measure(options).value());
  options.threads = 3;
  EXPECT_EQ(StudyText(Measure(options).value()), one);
  EXPECT_NE(StudyText(Measure(options, {"seed=6"}).value()), one);
}

TEST(Study, ManyParticlesAreBlocksWithLessVariance) {
  StudyOptions options = Small();
  options.estimators = {"nres"};
  options.sigmas = {0.1};
  options.windows = {5};
  options.particles = {2, 8};
  const auto study = Measure(options);
  ASSERT_TRUE(study.ok()) << study.status();
  const StudyRow &few = study->rows[0], &many = study->rows[1];
  EXPECT_DOUBLE_EQ(many.figures.variance.value, few.figures.variance.value / 4);
  EXPECT_DOUBLE_EQ(many.figures.signal_to_noise.value, few.figures.signal_to_noise.value * 2);
  EXPECT_DOUBLE_EQ(many.inner_steps, 4 * few.inner_steps);
  EXPECT_EQ(many.figures.bias.value, few.figures.bias.value);
}

TEST(Study, SaysWhyThereIsNoPathwiseGradient) {
  StudyOptions options = Small();
  options.estimators = {"nres", "pathwise"};
  const auto study = Measure(options, {"episode={log_uniform: {min: 10, max: 20}}"});
  ASSERT_TRUE(study.ok()) << study.status();
  EXPECT_THAT(StudyText(*study), HasSubstr("no pathwise gradient, window 20: episodes differ"));
  const auto final_loss = Measure(options, {"objective={final_loss: {}}"});
  ASSERT_TRUE(final_loss.ok()) << final_loss.status();
  EXPECT_THAT(StudyText(*final_loss), HasSubstr("the objective is not the mean training loss"));
}

TEST(Study, FollowsWhatTheConfigSaysOfItsEstimators) {
  StudyOptions options = Small();
  options.estimators = {"gpes:10", "nres"};
  options.sigmas = {0.1};
  options.windows = {5};
  const auto pairs = Measure(options);
  const auto plain = Measure(options, {"estimator.antithetic=false"});
  ASSERT_TRUE(pairs.ok() && plain.ok()) << pairs.status() << plain.status();
  EXPECT_EQ(pairs->rows[0].estimator, "gpes:10");
  EXPECT_EQ(plain->rows[0].inner_steps, pairs->rows[0].inner_steps / 2);
  // Half the work, and what pairs cancel is noise: the loss itself.
  EXPECT_GT(plain->rows[1].figures.variance.value, 10 * pairs->rows[1].figures.variance.value);
  options.estimators = {"gpes:7"};
  EXPECT_THAT(std::string(Measure(options).status().message()), HasSubstr("not a multiple"));
}

// Two quadratics, the second of which has a hundred times the loss, three times in four.
const std::vector<std::string> kTwoTasks = {
    "tasks=[{quadratic: {dimension: 3, kind: target}},"
    " {quadratic: {dimension: 300, kind: target}, weight: 3}]"};

TEST(Study, ShowsWhatEachTaskAddsToTheGradient) {
  StudyOptions options = Small();
  options.estimators = {"nres"};
  options.sigmas = {0.1};
  options.windows = {5};
  const auto study = Measure(options, kTwoTasks);
  ASSERT_TRUE(study.ok()) << study.status();
  ASSERT_EQ(study->tasks.size(), 2u);
  const TaskPart &small = study->tasks[0], &large = study->tasks[1];
  EXPECT_NEAR(large.windows, 0.75, 0.15);
  EXPECT_DOUBLE_EQ(small.windows + large.windows, 1);
  EXPECT_DOUBLE_EQ(small.gradient_part + large.gradient_part, 1);
  EXPECT_DOUBLE_EQ(small.variance_part + large.variance_part, 1);
  // Noise apart, a hundred times: the loss of each is the same function of its dimensions.
  EXPECT_GT(large.gradient.value, 30 * small.gradient.value);
  EXPECT_GT(large.gradient_part, 0.9);
  EXPECT_GT(large.variance_part, 0.99);
  EXPECT_THAT(StudyText(*study), HasSubstr("of the tasks, by the job's own estimator"));
  EXPECT_EQ(StudyJson(*study)["tasks"].size(), 2u);
  EXPECT_TRUE(Measure(options)->tasks.empty()) << "a single task's part is all";
}
TEST(Study, RanksLetTasksWeighAlike) {
  StudyOptions options = Small();
  options.estimators = {"nres"};
  options.sigmas = {0.1};
  options.windows = {5};
  std::vector<std::string> overrides = kTwoTasks;
  overrides.emplace_back("estimator.rank=1");
  const auto study = Measure(options, overrides);
  ASSERT_TRUE(study.ok()) << study.status();
  EXPECT_NEAR(study->tasks[1].variance_part, study->tasks[1].windows, 0.1);
  EXPECT_THAT(StudyText(*study), HasSubstr("note: estimator.rank"));
}
TEST(TaskAdvice, NamesATaskThatRulesTheNoise) {
  std::vector<TaskPart> parts = {{.name = "vit", .windows = 0.2, .variance_part = 0.7},
                                 {.name = "vae", .windows = 0.8, .variance_part = 0.3}};
  EXPECT_THAT(TaskAdvice(parts), HasSubstr("vit runs in 20 % of the windows and makes 70 %"));
  parts[0].windows = 0.6;
  EXPECT_EQ(TaskAdvice(parts), "");
  EXPECT_EQ(TaskAdvice({}), "");
}

TEST(Study, RefusesWhatItCannotMeasure) {
  const auto complaint = [](StudyOptions options, const std::vector<std::string>& overrides = {}) {
    return std::string(Measure(options, overrides).status().message());
  };
  StudyOptions unknown = Small(), longer = Small(), odd = Small();
  unknown.estimators = {"reinforce"};
  longer.windows = {40};
  odd.particles = {3};
  EXPECT_THAT(complaint(unknown), HasSubstr("there is no estimator reinforce; it must be one of"));
  EXPECT_THAT(complaint(longer), HasSubstr("--window 40 is longer than an episode, 20 steps"));
  EXPECT_THAT(complaint(odd), HasSubstr("--particles 3 is no multiple of estimator.block, 2"));
  EXPECT_THAT(complaint(Small(), {"episode.constant.steps=10000000"}),
              HasSubstr("give --budget, or shorter episodes"));
  EXPECT_THAT(complaint(Small(), {"outer.steps=0"}), HasSubstr("outer.steps is 0"));
  DataStore data;
  const auto theta =
      RunStudy(kConfig, "small.yaml", {}, {1, 2, 3}, Small(), data, [](const std::string&) {});
  EXPECT_THAT(std::string(theta.status().message()), HasSubstr("theta has 3 numbers"));
}

TEST(Study, IsDrawnWithoutWhatItDidNotMeasure) {
  StudyOptions options = Small();
  options.plot = true;
  options.lengths = {10, 20};
  const std::string svg = StudySvg(Measure(options).value());
  EXPECT_THAT(svg, HasSubstr("pathwise, one run"));
  EXPECT_THAT(svg, HasSubstr("nres, window 5"));
  options.estimators = {"nres"};
  options.plot = false;
  EXPECT_THAT(StudySvg(Measure(options).value()), Not(HasSubstr("pathwise")));
}

}  // namespace
}  // namespace paceline
