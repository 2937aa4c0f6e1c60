// policy_gradient: environments, a policy and a value function. No NetworkFamily: its batches are
// what the parameters themselves do (worker/task/policy_gradient), but the gradient is that of a
// Network.
#pragma once

#include <cstdint>

#include "common/network/network.h"
#include "common/task/facts.h"

namespace paceline {

TaskFacts PolicyGradientFacts(const v1::PolicyGradient& task);

// Most steps of an episode.
uint32_t HorizonOf(const v1::PolicyGradient& task);

// From minus the mean return to [0, 10]: the best possible return is 0, the worst and NaN are 10.
MetaLossRule PolicyGradientMetaLoss(const v1::PolicyGradient& task);

// How a chunk of steps is given to the surrogate network.
enum class SurrogateInput { kSeen, kActions, kAdvantages, kTargets, kWeights };

// The policy "policy/~/linear_i", the value function "value/~/linear_i" and, of an environment
// whose action is a torque a, "policy/log_deviation" [1] = ln σ, 0 at first. Its batch is a chunk
// of R steps; inputs as SurrogateInput: seen [R, observed], actions [R] (numbers of actions, or
// torques before they are cut), advantages A [R], targets of the value function [R], weights w [R].
// Loss:
//   Σ w·(−ln π(action | seen)·A + value_weight·(value − target)² − entropy·H(π(·| seen)))
// π: a softmax of the policy's outputs, or N(the output, σ²).
Network SurrogateNetwork(const v1::PolicyGradient& task);

// What the network's parts are, beside its tensors.
struct PolicyParts {
  size_t layers = 0;           // of the policy, and of the value function
  size_t value_tensor = 0;     // number of its first tensor; the policy's is 0
  int log_deviation = -1;      // number of the tensor; −1: there is none
  int activation_choice = -1;  // of the network; −1: the config says which
};
PolicyParts PartsOf(const v1::PolicyGradient& task, const Network& network);

}  // namespace paceline
