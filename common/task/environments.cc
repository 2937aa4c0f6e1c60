#include "common/task/environments.h"

#include "common/lane/flops.h"

namespace paceline {
namespace {

// π² + 0.1·8² + 0.001·2²
constexpr double kWorstPendulum = 16.2736044;

}  // namespace

EnvironmentFacts EnvironmentFactsOf(v1::Environment environment) {
  switch (environment) {
    case v1::ENVIRONMENT_CART_POLE:
      return {.name = "cart_pole",
              .states = 4,
              .observed = 4,
              .actions = 2,
              .steps = 500,
              .best_per_step = 1,
              .flops = 2 * kSinCos + 40};
    case v1::ENVIRONMENT_PENDULUM:
      return {.name = "pendulum",
              .states = 2,
              .observed = 3,
              .steps = 200,
              .worst_per_step = -kWorstPendulum,
              .flops = 3 * kSinCos + 25};
    case v1::ENVIRONMENT_ACROBOT:
      return {.name = "acrobot",
              .states = 4,
              .observed = 6,
              .actions = 3,
              .steps = 500,
              .worst_per_step = -1,
              // Four slopes of the state, four functions for what is seen, two for the height.
              .flops = 4 * (4 * kSinCos + 55) + 6 * kSinCos + 60};
    case v1::ENVIRONMENT_UNSPECIFIED:
    case v1::Environment_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::Environment_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return {};
}

}  // namespace paceline
