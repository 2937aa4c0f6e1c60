// Puts a job's progress on a stream: a panel redrawn in place on a terminal, lines elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>

#include "common/base/clock.h"
#include "coordinator/cli/view/progress.h"
#include "paceline/v1/job.pb.h"

namespace paceline {

enum class ViewMode {
  kPanel,  // a terminal
  kLines,  // a line when the state changes, at every 5 %, and every 10 s if something moved
  kJson,   // a JSON object per Progress message
};

// Not thread-safe.
class ProgressView {
 public:
  // `out` outlives the view. `style` is for panels; columns 0: ask the terminal at every redraw.
  ProgressView(ViewMode mode, PanelStyle style, std::ostream& out)
      : mode_(mode), style_(style), out_(out) {}

  void Take(const v1::Progress& progress);
  // What a person should know beside the job's progress; empty: nothing.
  void Notice(const std::string& notice) { state_.notice = notice; }
  // Draws what is due at `now`.
  void Refresh(SteadyTime now);
  // Draws the last state, whatever was due, and what the job should be distrusted for.
  void Finish();
  const ProgressState& state() const { return state_; }

 private:
  void ShowEvents();
  void DrawPanel();
  void ClearPanel();
  void PrintLine(SteadyTime now);
  void PrintIfNew();

  ViewMode mode_;
  PanelStyle style_;
  std::ostream& out_;
  ProgressState state_;
  SteadyTime drawn_at_{};
  size_t panel_lines_ = 0;
  // As of the last line printed.
  v1::JobState printed_state_ = v1::JOB_STATE_UNSPECIFIED;
  std::string printed_notice_;
  int64_t printed_step_ = -1;
  std::string printed_line_;
};

}  // namespace paceline
