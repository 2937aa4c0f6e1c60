#include "worker/task/systems/make_system.h"

#include <algorithm>

#include "worker/task/systems/influence_balancing.h"
#include "worker/task/systems/lorenz.h"
#include "worker/task/systems/system_of.h"
#include "worker/task/systems/toy_schedule.h"

namespace paceline {
namespace {

template <class Text>
std::unique_ptr<System> Make(Text text) {
  return std::make_unique<SystemOf<Text>>(std::move(text));
}

}  // namespace

std::unique_ptr<System> MakeSystem(const v1::Task& config) {
  if (config.has_influence_balancing()) {
    return Make(InfluenceBalancing(std::max(1u, config.influence_balancing().loss_every())));
  }
  if (config.has_lorenz()) return Make(Lorenz(config.lorenz().initial_noise()));
  if (config.has_toy_schedule()) {
    return Make(ToySchedule(std::max(1u, config.toy_schedule().steps())));
  }
  return nullptr;
}

}  // namespace paceline
