// optimizer_training: the training of a learned optimizer as a task.
#pragma once

#include <optional>
#include <vector>

#include "common/task/facts.h"
#include "common/task/network_family.h"

namespace paceline {

// What the learned optimizer trains: an image_mlp.
v1::Task InnerTaskOf(const v1::OptimizerTraining& task);

// θ's leaves as the tensors of a task.
std::vector<ParameterTensor> ThetaTensors(const v1::LearnedOptimizer& optimizer);

TaskFacts OptimizerTrainingFacts(const v1::OptimizerTraining& task);

// An optimizer that back-propagation does not go through.
TaskFault OptimizerTrainingFault(const v1::OptimizerTraining& task);

}  // namespace paceline
