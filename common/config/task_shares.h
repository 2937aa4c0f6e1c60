// What the weights of a job's tasks come to.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "paceline/v1/job_config.pb.h"

namespace paceline {

// Arithmetic operations of an inner step of one run: the task's loss and gradient and the
// optimizer's update, and as many as a core does in the time that calls take (TaskFacts::calls); of
// a sample or of augmentations that are drawn, the mean of some draws. 0: not known beforehand.
double StepCost(const v1::JobConfig& config, int task);

// Of a valid config with `shares: compute`: tasks' weights become those by which episodes are to be
// drawn, and shares becomes episodes, so that the job's draws are what its config says. Any other
// config stays as it is. weight ← weight·min(4, max(1/4, c/cost)), c the mean cost (geometric, by
// weight), rounded to four digits; a task of unknown cost counts as one of cost c.
void ResolveShares(v1::JobConfig& config);

// How often a task is drawn, and what part of all inner steps' arithmetic it takes.
struct TaskShare {
  std::string name;      // "image_mlp", "sample of conv_net"
  double episodes = 0;   // their sum over all tasks is 1
  double computing = 0;  // likewise; of unknown cost 0
};
// Of a valid config whose shares are resolved. [task]
std::vector<TaskShare> TaskSharesOf(const v1::JobConfig& config);
// A table of several tasks, a line each; empty for a single task.
std::string TaskSharesText(std::span<const TaskShare> shares);

}  // namespace paceline
