#include "common/task/optimizer_training.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/lopt/family.h"
#include "common/task/task_fault.h"

namespace paceline {
namespace {

// A step forwards, and twice as much back; and the gradient's own way back, once more.
constexpr double kPasses = 6;
// Calls of LibTorch for each tensor in a step of a training, there and back: measured, of an update
// by formula and of one by a network.
constexpr double kCallsOfFormula = 100, kCallsOfNetwork = 450;
// What autograd keeps of an update, for each parameter: some features, layers and products of them.
constexpr uint64_t kKeptOfUpdate = 200;

}  // namespace

v1::Task InnerTaskOf(const v1::OptimizerTraining& task) {
  v1::Task inner;
  *inner.mutable_image_mlp() = task.task();
  inner.set_weight(1);
  return inner;
}

std::vector<ParameterTensor> ThetaTensors(const v1::LearnedOptimizer& optimizer) {
  std::vector<ParameterTensor> tensors;
  for (const ThetaLeaf& leaf : LayoutOf(optimizer).leaves) {
    const bool matrix = leaf.shape.size() == 2;
    tensors.push_back({.name = leaf.path,
                       .shape = leaf.shape,
                       .offset = leaf.offset,
                       .size = leaf.size,
                       .kind = matrix ? TensorKind::kHiddenWeights : TensorKind::kOther});
  }
  return tensors;
}

TaskFacts OptimizerTrainingFacts(const v1::OptimizerTraining& task) {
  TaskFacts facts;
  facts.article_and_name = "an optimizer_training";
  if (task.optimizer().kind_case() == v1::LearnedOptimizer::KIND_NOT_SET) return facts;
  const Family& family = FamilyOf(task.optimizer());
  const TaskFacts inner = FactsOf(InnerTaskOf(task));
  facts.text = fmt::format("{} on {} of {}, {} x {} steps", family.name, inner.article_and_name,
                           inner.text, task.batch(), task.steps());
  facts.tensors = ThetaTensors(task.optimizer());
  facts.data = inner.data;
  // By LibTorch, whatever the tier is called.
  facts.tiers = {v1::ENGINE_REFERENCE, v1::ENGINE_TORCH};
  facts.own_tier = v1::ENGINE_TORCH;
  const uint64_t trainings = task.batch(), steps = trainings * task.steps();
  facts.batch_floats = steps * inner.batch_floats;
  facts.value_floats = steps * (inner.value_floats + kKeptOfUpdate * inner.parameter_count());
  double flops = inner.flops;
  if (family.flops != nullptr) flops += family.flops(task.optimizer(), inner.tensors);
  facts.flops = kPasses * static_cast<double>(steps) * flops;
  const bool scalars = std::ranges::all_of(
      facts.tensors, [](const ParameterTensor& tensor) { return tensor.shape.empty(); });
  facts.calls = static_cast<double>(steps * inner.tensors.size()) *
                (scalars ? kCallsOfFormula : kCallsOfNetwork);
  return facts;
}

TaskFault OptimizerTrainingFault(const v1::OptimizerTraining& task) {
  const v1::LearnedOptimizer& optimizer = task.optimizer();
  if (optimizer.kind_case() == v1::LearnedOptimizer::KIND_NOT_SET) {
    return {"optimizer", "is missing; write a learned optimizer such as {learnable_adam: {}}"};
  }
  if (optimizer.has_system_parameters()) {
    return {"optimizer",
            "is system_parameters, which updates nothing; write a learned optimizer such as "
            "learnable_adam"};
  }
  if (!CurvatureOf(optimizer).none()) {
    return {"optimizer",
            "has features of the curvature, which back-propagation does not go through; leave "
            "them out"};
  }
  TaskFault inner = FaultOf(InnerTaskOf(task));
  if (!inner.field.empty()) inner.field = "task." + inner.field;
  return inner;
}

}  // namespace paceline
