// What a person sees of a running job, as text. Pure: no clock, no terminal.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "paceline/v1/job.pb.h"

namespace paceline {

// What is known of a job, gathered from its Progress messages.
struct ProgressState {
  std::string job;
  v1::JobState state = v1::JOB_STATE_UNSPECIFIED;
  int64_t step = 0;
  int64_t steps = 0;
  uint32_t workers = 0;
  uint64_t diverged = 0;
  std::string message;  // of the job: why it failed, was paused or waits
  std::string notice;   // of our own, such as trouble with the connection
  std::string warning;  // that the job seems to be of no use, and why
  // Of the outer steps seen, in order; absent where no episode ended.
  std::vector<std::optional<double>> losses;
  std::deque<v1::OuterStepRecord> recent;         // the newest few
  std::vector<std::string> events;                // those not shown yet
  std::map<int64_t, v1::HeldOutRecord> held_out;  // measurements, by outer step
};

void Absorb(const v1::Progress& progress, ProgressState& state);

// Over the recent outer steps; 0 before the first.
double InnerStepsPerSecond(const ProgressState& state);
// Seconds; negative where nothing can be said.
double TimeLeft(const ProgressState& state);

struct PanelStyle {
  int columns = 80;
  bool colour = true;
};

// The lines of the panel that a terminal shows, none wider than style.columns.
std::vector<std::string> RenderPanel(const ProgressState& state, const PanelStyle& style);
// The same in one line, for pipes and log files.
std::string RenderLine(const ProgressState& state);

}  // namespace paceline
