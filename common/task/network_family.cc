#include "common/task/network_family.h"

#include <fmt/format.h>

#include "common/network/cost.h"
#include "common/network/fused_plan.h"
#include "common/task/task_fault.h"

namespace paceline {
namespace {

// What one core computes quickly by itself; larger ones gain by LibTorch's batches, or a GPU.
bool IsSmall(const TaskFacts& facts) {
  constexpr size_t kParameters = 2'000'000;
  constexpr double kFlops = 4e9;
  return facts.parameter_count() <= kParameters && facts.flops <= kFlops;
}

}  // namespace

TaskFacts NetworkFacts(const NetworkFamily& family, const v1::Task& task) {
  TaskFacts facts;
  facts.article_and_name = family.article_and_name;
  facts.data = family.data(task);
  facts.text = family.text(task);
  if (facts.data) facts.text = fmt::format("{}, {}", TextOf(*facts.data), facts.text);
  facts.has_network = true;
  facts.tiers = {v1::ENGINE_REFERENCE, v1::ENGINE_TORCH, v1::ENGINE_FUSED};
  facts.own_tier = v1::ENGINE_TORCH;
  facts.scaled = family.scaled;
  if (!IsValid(task)) return facts;
  const Network network = family.network(task);
  const NetworkCost cost = CostOf(network);
  facts.tensors = network.tensors;
  facts.has_classes = network.logits >= 0;
  facts.batch_floats = cost.input_floats;
  facts.value_floats = cost.value_floats;
  facts.scratch_floats = PlanFused(network).floats;
  facts.flops = cost.flops;
  if (IsSmall(facts)) facts.own_tier = v1::ENGINE_FUSED;
  return facts;
}

}  // namespace paceline
