#include "coordinator/cli/view/progress.h"

#include <limits>

#include "common/text/table.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

using testing::Each;
using testing::HasSubstr;
using testing::Not;
using testing::ResultOf;

v1::Progress Step(int64_t step, double loss) {
  v1::Progress progress;
  progress.mutable_summary()->set_job("demo");
  progress.mutable_summary()->set_state(v1::JOB_STATE_RUNNING);
  progress.mutable_summary()->set_step(step);
  progress.mutable_summary()->set_steps(200);
  progress.set_workers(2);
  progress.mutable_record()->set_step(step);
  progress.mutable_record()->set_mean_loss(loss);
  progress.mutable_record()->set_inner_steps(6400);
  progress.mutable_record()->set_seconds(0.5);
  return progress;
}

ProgressState AfterSteps(int64_t steps) {
  ProgressState state;
  for (int64_t step = 1; step <= steps; ++step) {
    Absorb(Step(step, 2.0 / static_cast<double>(step)), state);
  }
  return state;
}

TEST(ProgressTest, RatesAreOfTheRecentOuterSteps) {
  ProgressState state = AfterSteps(100);
  EXPECT_EQ(InnerStepsPerSecond(state), 12800);
  EXPECT_EQ(TimeLeft(state), 50);
}

TEST(ProgressTest, NothingIsSaidOfTheTimeLeftBeforeTheFirstStepOrWhenNotRunning) {
  EXPECT_LT(TimeLeft(ProgressState()), 0);
  ProgressState state = AfterSteps(5);
  state.state = v1::JOB_STATE_PAUSED;
  EXPECT_LT(TimeLeft(state), 0);
}

TEST(ProgressTest, TheLineSaysEverythingInOneLine) {
  EXPECT_EQ(RenderLine(AfterSteps(100)),
            "demo: running, outer step 100 of 200 (50 %), outer loss 0.1037 (mean of 100), "
            "12.8k inner steps/s  50 s left, 2 workers");
}

TEST(ProgressTest, TheLineOfAJobThatHasNotBegunSaysWhyItWaits) {
  ProgressState state;
  v1::Progress progress;
  progress.mutable_summary()->set_job("demo");
  progress.mutable_summary()->set_state(v1::JOB_STATE_QUEUED);
  progress.mutable_summary()->set_steps(200);
  progress.mutable_summary()->set_message("waits for\x1b[2J other-job");
  Absorb(progress, state);
  EXPECT_EQ(RenderLine(state),
            "demo: queued, outer step 0 of 200 (0 %), 0 workers: waits for [2J other-job");
}

TEST(ProgressTest, ThePanelHasHeadBarPlotAndFigures) {
  const auto lines = RenderPanel(AfterSteps(100), {.columns = 60, .colour = false});
  ASSERT_EQ(lines.size(), 6u);
  EXPECT_EQ(lines[0], "demo  running  2 workers");
  EXPECT_EQ(lines[1], "[██████████████▌              ]  50 %  outer step 100 of 200");
  EXPECT_THAT(lines[2], HasSubstr("█"));
  EXPECT_THAT(lines[5], HasSubstr("outer loss 0.1037"));
}

TEST(ProgressTest, ThePanelIsNeverWiderThanTheTerminal) {
  ProgressState state = AfterSteps(150);
  state.message = std::string(300, 'x');
  for (int columns = 1; columns < 120; ++columns) {
    EXPECT_THAT(RenderPanel(state, {.columns = columns, .colour = false}),
                Each(ResultOf(TextWidth, testing::Le(static_cast<size_t>(columns)))));
  }
}

TEST(ProgressTest, ColourIsUsedOnlyIfAskedFor) {
  const ProgressState state = AfterSteps(3);
  EXPECT_THAT(RenderPanel(state, {.columns = 60, .colour = false}), Each(Not(HasSubstr("\x1b"))));
  EXPECT_EQ(RenderPanel(state, {.columns = 60, .colour = true})[0],
            "demo  \x1b[32mrunning\x1b[0m  2 workers");
}

TEST(ProgressTest, TheLossIsTheMeanOfTheNewestHundredSteps) {
  ProgressState state = AfterSteps(1);
  EXPECT_THAT(RenderLine(state), HasSubstr("outer loss 2.0000 (mean of 1)"));
  for (int64_t step = 2; step <= 101; ++step) Absorb(Step(step, step <= 51 ? 1.0 : 0.5), state);
  EXPECT_THAT(RenderLine(state), HasSubstr("outer loss 0.7500 (mean of 100)"));
}

TEST(ProgressTest, ALossThatIsNotANumberIsNotHidden) {
  ProgressState state = AfterSteps(2);
  Absorb(Step(3, std::numeric_limits<double>::quiet_NaN()), state);
  EXPECT_THAT(RenderLine(state), HasSubstr("outer loss nan (mean of 3)"));
}

TEST(ProgressTest, AStepWithoutALossIsAGapAndNoZero) {
  ProgressState state;
  for (int64_t step = 1; step <= 4; ++step) {
    v1::Progress progress = Step(step, 2);
    if (step % 2 == 1) progress.mutable_record()->clear_mean_loss();
    Absorb(progress, state);
    if (step > 1) continue;
    EXPECT_THAT(RenderLine(state), HasSubstr("outer loss -,"));
  }
  EXPECT_THAT(RenderLine(state), HasSubstr("outer loss 2.0000 (mean of 2)"));
  const std::string bottom = RenderPanel(state, {.columns = 60, .colour = false})[4];
  EXPECT_THAT(bottom, HasSubstr(" ▁ ▁")) << "gaps and the lowest bars";
}

TEST(ProgressTest, DivergedParticlesAreCounted) {
  ProgressState state = AfterSteps(2);
  v1::Progress progress = Step(3, 1);
  progress.mutable_record()->set_diverged(4);
  Absorb(progress, state);
  EXPECT_THAT(RenderLine(state), HasSubstr("4 diverged"));
}

v1::Progress Measured(int64_t step, double held_out_progress) {
  v1::Progress progress;
  progress.mutable_summary()->set_job("demo");
  progress.mutable_held_out()->set_step(step);
  progress.mutable_held_out()->set_progress(held_out_progress);
  progress.mutable_held_out()->set_place(3);
  progress.mutable_held_out()->set_contestants(7);
  return progress;
}

// After a restart of the coordinator all of them come again.
TEST(ProgressTest, MeasurementsAreEventsOnceAndALineOfThePanel) {
  ProgressState state = AfterSteps(100);
  Absorb(Measured(40, 0.5), state);
  EXPECT_EQ(RenderPanel(state, {.columns = 100, .colour = false}).back(),
            "held-out progress 0.500 at step 40, best 0.500 at step 40  ");
  for (int again = 0; again < 2; ++again) {
    Absorb(Measured(40, 0.5), state);
    Absorb(Measured(60, 1.25), state);
    Absorb(Measured(80, 0.75), state);
  }
  ASSERT_EQ(state.events.size(), 3u);
  EXPECT_EQ(state.events[1], "held-out progress 1.250 after 60 outer steps, place 3 of 7");
  EXPECT_THAT(RenderPanel(state, {.columns = 100, .colour = false}).back(),
              HasSubstr("held-out progress 0.750 at step 80, best 1.250 at step 60"));
  for (const int columns : {10, 40, 60, 62, 64}) {
    for (const std::string& line : RenderPanel(state, {.columns = columns, .colour = false})) {
      EXPECT_LE(TextWidth(line), static_cast<size_t>(columns)) << line;
    }
  }
}

TEST(ProgressTest, ANoticeIsShownInsteadOfTheJobsOwnMessage) {
  ProgressState state = AfterSteps(2);
  state.message = "runs slowly";
  EXPECT_EQ(RenderPanel(state, {}).back(), "runs slowly");
  state.notice = "the coordinator cannot be reached";
  EXPECT_EQ(RenderPanel(state, {}).back(), "the coordinator cannot be reached");
  EXPECT_THAT(RenderLine(state), testing::EndsWith(": the coordinator cannot be reached"));
}

}  // namespace
}  // namespace paceline
