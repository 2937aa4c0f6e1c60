#include "common/task/task_protocol.h"

#include "common/base/protocol.h"

namespace paceline {
namespace {

bool IsSynthetic(const v1::Task& task) {
  return task.rnn_lm().text().has_synthetic() || task.transformer_lm().text().has_synthetic() ||
         task.sample().rnn_lm().text().has_synthetic() ||
         task.sample().transformer_lm().text().has_synthetic();
}

bool IsOfNewKind(const v1::Task& task) {
  const v1::Sample& sample = task.sample();
  return task.has_graph_net() || task.has_policy_gradient() || task.has_optimizer_training() ||
         task.has_own() || sample.has_graph_net() || sample.has_policy_gradient() ||
         sample.has_optimizer_training();
}

}  // namespace

uint32_t TaskProtocol(const v1::Task& task) {
  const bool is_new = task.augment().ByteSizeLong() > 0 || IsSynthetic(task) || IsOfNewKind(task);
  return is_new ? kAugmentedTasksProtocol : 0;
}

}  // namespace paceline
