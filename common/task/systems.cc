#include "common/task/systems.h"

#include <string>

#include "common/task/parts.h"

namespace paceline {
namespace {

TaskFacts SystemFacts(const std::string& name, int64_t state, size_t theta) {
  TaskFacts facts;
  facts.article_and_name = "a dynamical system";
  facts.text = "dynamical system " + name;
  AddTensor("state", {state}, TensorKind::kOther, facts.tensors);
  facts.system_theta = theta;
  facts.tiers = {v1::ENGINE_REFERENCE};
  facts.own_tier = v1::ENGINE_REFERENCE;
  return facts;
}

}  // namespace

TaskFacts InfluenceBalancingFacts() { return SystemFacts("influence_balancing", 23, 1); }
TaskFacts LorenzFacts() { return SystemFacts("lorenz", 6, 2); }
TaskFacts ToyScheduleFacts() { return SystemFacts("toy_schedule", 2, 2); }

}  // namespace paceline
