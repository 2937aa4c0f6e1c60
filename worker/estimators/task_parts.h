// What each of a job's tasks adds to the gradient and to its noise.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "paceline/v1/job_config.pb.h"
#include "worker/estimators/figures.h"

namespace paceline {

// Samples of the job's estimates, sorted by the task that each ran.
class TaskSamples {
 public:
  TaskSamples(size_t tasks, size_t parameters) : tasks_(tasks, Task{Replicas(parameters)}) {}
  void Add(size_t replica, int task, std::span<const double> gradient);

  struct Task {
    Replicas replicas;
    size_t samples = 0;
    // The job's replica that the last of `replicas` is of.
    size_t newest = 0;
  };
  const std::vector<Task>& tasks() const { return tasks_; }

 private:
  std::vector<Task> tasks_;
};

// One task k of those of a job, p_k the part of the windows that it runs.
struct TaskPart {
  std::string name;          // "image_mlp", by the config
  double windows = 0;        // p_k
  Estimated gradient = {};   // |E g| of its windows alone
  Estimated variance = {};   // of one window's estimate, around its own mean
  double gradient_part = 0;  // p_k·|E g_k|, of their sum over the tasks
  double variance_part = 0;  // p_k·variance_k, likewise
};

// Tasks that ran in fewer than two replicas have no gradient and no variance.
std::vector<TaskPart> TaskPartsOf(const v1::JobConfig& config, const TaskSamples& samples);

// What to do where one task rules the gradient; empty where none does.
std::string TaskAdvice(std::span<const TaskPart> parts);

}  // namespace paceline
