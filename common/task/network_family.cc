#include "common/task/network_family.h"

#include <fmt/format.h>

#include "common/network/cost.h"
#include "common/task/task_fault.h"

namespace paceline {

TaskFacts NetworkFacts(const NetworkFamily& family, const v1::Task& task) {
  TaskFacts facts;
  facts.article_and_name = family.article_and_name;
  facts.data = family.data(task);
  facts.text = family.text(task);
  if (facts.data) facts.text = fmt::format("{}, {}", TextOf(*facts.data), facts.text);
  facts.has_network = true;
  facts.tiers = {v1::ENGINE_REFERENCE, v1::ENGINE_TORCH};
  facts.own_tier = v1::ENGINE_TORCH;
  facts.scaled = family.scaled;
  if (!IsValid(task)) return facts;
  const Network network = family.network(task);
  const NetworkCost cost = CostOf(network);
  facts.tensors = network.tensors;
  facts.has_classes = network.logits >= 0;
  facts.batch_floats = cost.input_floats;
  facts.value_floats = cost.value_floats;
  facts.flops = cost.flops;
  return facts;
}

}  // namespace paceline
