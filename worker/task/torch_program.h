// What LibTorch needs of a task beside its loss (worker/task/torch), in plain data: it crosses into
// a shared module, and the arrays go to a device.
#pragma once

#include <cstdint>
#include <functional>
#include <numeric>
#include <span>
#include <variant>
#include <vector>

#include "worker/task/task.h"

namespace paceline {

// Rows of numbers in the host's memory, the task's: [row, shape...].
struct TorchArray {
  std::variant<const float*, const int32_t*> values;
  std::vector<int64_t> shape;  // of a row
  int64_t stride = 0;          // from one row to the next, if they overlap; 0: a row's size

  int64_t row_size() const {
    return std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
  }
  int64_t row_stride() const { return stride == 0 ? row_size() : stride; }
};

struct TorchProgram {
  // Of the training split, all with the same number of rows; none for a task without data.
  std::vector<TorchArray> arrays = {};
  int64_t rows = 0;
  int64_t batch = 0;  // rows that a run draws in a step (worker/task/batches.h)

  // Numbers that are drawn once for an episode, and how; 0 and empty for none.
  int64_t episode_floats = 0;
  std::function<void(const RunSeed& seed, std::span<float> out)> fill_episode = {};

  // Likewise for every step.
  int64_t step_floats = 0;
  std::function<void(const RunSeed& seed, int64_t step, std::span<float> out)> fill_step = {};
};

// What some steps of R runs draw.
struct StepTables {
  std::vector<int64_t> rows = {};   // [step, run, batch]: numbers of rows
  std::vector<float> draws = {};    // [step, run, step float]
  std::vector<float> episode = {};  // [run, episode float]; empty: as before
};
// Of `count` steps of every run, from its own `first` on; without `episode`.
StepTables TablesOf(const TorchProgram& program, std::span<const RunSeed> seeds,
                    std::span<const int64_t> first, int64_t count);
std::vector<float> EpisodeTable(const TorchProgram& program, std::span<const RunSeed> seeds);

}  // namespace paceline
