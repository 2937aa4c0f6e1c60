// A learned optimizer beside tuned hand-designed ones.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/checkpoint/trained_optimizer.h"
#include "worker/data/dataset.h"
#include "worker/eval/scenario.h"
#include "worker/eval/training_runs.h"
#include "worker/eval/tuning.h"

namespace paceline {

struct EvalOptions {
  int seeds = 10;            // runs per optimizer in the result
  TuningBudget tuning = {};  // of each baseline, with other seeds
  int64_t length = 0;        // the horizon; 0: the config's
  int task = 0;              // index into the config's tasks
  int threads = 1;
};

struct ChosenKnob {
  std::string name;
  double value = 0;
  std::string text;  // for people
};

struct OptimizerResult {
  std::string key;                      // "learned", "adam"
  std::string title;                    // for people
  std::optional<double> learning_rate;  // the chosen one, of a baseline
  bool rate_at_edge = false;            // it is the first or last of those that it could have
  std::vector<ChosenKnob> others = {};  // what else was chosen
  size_t settings_tried = 0;            // of a baseline
  std::vector<RunResult> runs = {};     // [seed]
};

struct ScenarioResult {
  Scenario scenario;
  std::vector<OptimizerResult> optimizers;  // the learned one first
};

struct Evaluation {
  std::string job;
  int64_t outer_step = 0;
  int64_t horizon = 0;   // inner steps
  int tuning_seeds = 0;  // runs per setting of a baseline
  std::vector<ScenarioResult> scenarios{};
};

// No run shares its random numbers with training, nor those of the result with those of the tuning;
// run i of every optimizer has the same initial weights and batches. `say` is told what comes next.
// InvalidArgument for an optimizer without its training, of which the tasks and lengths are taken.
absl::StatusOr<Evaluation> Evaluate(const TrainedOptimizer& trained, const EvalOptions& options,
                                    DataStore& data,
                                    const std::function<void(const std::string&)>& say);

}  // namespace paceline
