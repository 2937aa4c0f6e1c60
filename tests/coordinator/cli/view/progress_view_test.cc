#include "coordinator/cli/view/progress_view.h"

#include <algorithm>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::StartsWith;

class ProgressViewTest : public testing::Test {
 protected:
  static v1::Progress Step(int64_t step, const std::string& event = "") {
    v1::Progress progress;
    progress.mutable_summary()->set_job("demo");
    progress.mutable_summary()->set_state(v1::JOB_STATE_RUNNING);
    progress.mutable_summary()->set_step(step);
    progress.mutable_summary()->set_steps(100);
    progress.mutable_record()->set_step(step);
    progress.set_event(event);
    return progress;
  }
  ProgressView View(ViewMode mode) { return {mode, {.columns = 60, .colour = false}, out_}; }
  std::string TakeOutput() {
    std::string text = out_.str();
    out_.str("");
    return text;
  }
  static long Lines(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

  std::ostringstream out_;
  const SteadyTime start_ = SteadyTime(seconds(1000));
};

TEST_F(ProgressViewTest, APipeGetsALineForEveryTwentiethOfTheJob) {
  ProgressView view = View(ViewMode::kLines);
  for (int64_t step = 1; step <= 100; ++step) {
    view.Take(Step(step));
    view.Refresh(start_);
  }
  EXPECT_EQ(Lines(TakeOutput()), 21);
}

TEST_F(ProgressViewTest, APipeGetsALineWhenTimeHasPassedAndSomethingMoved) {
  ProgressView view = View(ViewMode::kLines);
  view.Take(Step(1));
  view.Refresh(start_);
  TakeOutput();
  view.Refresh(start_ + seconds(60));
  EXPECT_EQ(TakeOutput(), "");
  view.Take(Step(2));
  view.Refresh(start_ + seconds(61));
  EXPECT_EQ(Lines(TakeOutput()), 1);
}

TEST_F(ProgressViewTest, APipeGetsNoControlCharacters) {
  ProgressView view = View(ViewMode::kLines);
  view.Take(Step(1, "worker 2 left"));
  view.Refresh(start_);
  view.Finish();
  const std::string text = TakeOutput();
  EXPECT_THAT(text, StartsWith("worker 2 left\n"));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST_F(ProgressViewTest, APipeLearnsOnceThatTheCoordinatorIsAway) {
  ProgressView view = View(ViewMode::kLines);
  view.Take(Step(1));
  view.Refresh(start_);
  TakeOutput();
  view.Notice("the coordinator cannot be reached");
  view.Refresh(start_);
  view.Refresh(start_ + milliseconds(200));
  const std::string text = TakeOutput();
  EXPECT_EQ(Lines(text), 1);
  EXPECT_THAT(text, HasSubstr("cannot be reached"));
}

TEST_F(ProgressViewTest, ATerminalIsRedrawnInPlace) {
  ProgressView view = View(ViewMode::kPanel);
  view.Take(Step(1));
  view.Refresh(start_);
  const std::string first = TakeOutput();
  EXPECT_EQ(first.find('\x1b'), std::string::npos);
  view.Take(Step(2));
  view.Refresh(start_ + seconds(1));
  EXPECT_THAT(TakeOutput(), StartsWith("\r\x1b[" + std::to_string(Lines(first)) + "A\x1b[J"));
}

TEST_F(ProgressViewTest, ATerminalIsRedrawnTenTimesASecondAtMost) {
  ProgressView view = View(ViewMode::kPanel);
  view.Take(Step(1));
  view.Refresh(start_);
  TakeOutput();
  view.Take(Step(2));
  view.Refresh(start_ + milliseconds(50));
  EXPECT_EQ(TakeOutput(), "");
}

TEST_F(ProgressViewTest, ATerminalKeepsEventsAboveThePanel) {
  ProgressView view = View(ViewMode::kPanel);
  view.Take(Step(1, "worker 2 left"));
  view.Refresh(start_);
  EXPECT_THAT(TakeOutput(), StartsWith("worker 2 left\ndemo  running"));
  view.Refresh(start_ + seconds(1));
  EXPECT_EQ(TakeOutput().find("worker 2 left"), std::string::npos);
}

TEST_F(ProgressViewTest, JsonIsOneObjectPerMessage) {
  ProgressView view = View(ViewMode::kJson);
  view.Take(Step(1));
  view.Take(Step(2, "worker 2 left"));
  view.Finish();
  std::istringstream lines(TakeOutput());
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(nlohmann::json::parse(line)["record"]["step"], 1);
  std::getline(lines, line);
  EXPECT_EQ(nlohmann::json::parse(line)["event"], "worker 2 left");
  EXPECT_FALSE(std::getline(lines, line));
}

}  // namespace
}  // namespace paceline
