// What policies are trained in, as plain facts; the equations are in
// worker/task/policy_gradient/environments.h and docs/reference/environments.md.
#pragma once

#include <cstdint>
#include <string>

#include "paceline/v1/environment.pb.h"

namespace paceline {

struct EnvironmentFacts {
  std::string name;      // in configs: "cart_pole"
  int states = 0;        // numbers of its state
  int64_t observed = 0;  // that a policy sees
  int64_t actions = 0;   // that it chooses from; 0: it gives one number, a torque
  uint32_t steps = 0;    // of an episode at most, by the environment's definition
  // Between which the sum of an episode's rewards lies, for every step that it may have.
  double worst_per_step = 0, best_per_step = 0;
  double flops = 0;  // additions and multiplications of a step of one episode
};

// Of a value that is none of the enumeration: nothing is seen, nothing done.
EnvironmentFacts EnvironmentFactsOf(v1::Environment environment);

}  // namespace paceline
