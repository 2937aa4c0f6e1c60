// The objective of a block's runs: what the estimator gets of each in a window.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/estimator/episodes.h"
#include "worker/engine/inner_runs.h"
#include "worker/engine/objective.h"
#include "worker/engine/score_source.h"

namespace paceline {

// Where a run stands when a window opens.
struct RunPlace {
  RunSeed seed;
  int64_t step = 0;     // inner steps of its episode so far
  int64_t length = 0;   // of its episode
  bool counted = true;  // false: only its progress is kept
};

// Not thread-safe. Outlives no object that it was given.
class RunValues {
 public:
  RunValues(const ObjectivePlan& plan, const Task& task, std::unique_ptr<ScoreSource> scores,
            int runs)
      : plan_(plan), task_(task), source_(std::move(scores)), progress_(runs) {}

  // `runs` will report to this object, which must stay where it is for as long as they live.
  absl::Status Attach(InnerRuns& runs);

  // A run begins an episode, or becomes a copy of another.
  void Start(int run) { progress_[run] = {}; }
  void Copy(int from, int to) { progress_[to] = progress_[from]; }

  // What is kept between two windows: [run].
  const std::vector<TargetProgress>& progress() const { return progress_; }
  void Restore(std::vector<TargetProgress> progress) { progress_ = std::move(progress); }

  // A window of `steps` opens; places: [run].
  void Open(std::span<const RunPlace> places, int64_t steps);
  // What run `run` yields for the window (0 unless it is counted): losses [steps] are its training
  // losses, `diverged` says whether its particle has, in which case its episode ends here. Once per
  // window and run.
  double Take(int run, std::span<const float> losses, bool ends_episode, bool diverged,
              const InnerRuns& runs);

 private:
  // At each step; of a run that has diverged, the largest value.
  double ValueAt(int run, int64_t step, float loss);
  double Last(int run, std::span<const float> losses, const InnerRuns& runs);
  double Final(int run, const InnerRuns& runs);
  double Score(int run, Purpose purpose, int64_t number, std::span<const float> parameters);

  const ObjectivePlan plan_;
  const Task& task_;
  const std::unique_ptr<ScoreSource> source_;
  std::vector<TargetProgress> progress_;  // [run]
  std::vector<RunPlace> places_;          // [run]
  int64_t steps_ = 0;
  std::vector<float> scores_;  // [run, step] if scored after every step
};

}  // namespace paceline
