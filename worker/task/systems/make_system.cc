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
  switch (config.kind_case()) {
    case v1::Task::kInfluenceBalancing:
      return Make(InfluenceBalancing(std::max(1u, config.influence_balancing().loss_every())));
    case v1::Task::kLorenz:
      return Make(Lorenz(config.lorenz().initial_noise()));
    case v1::Task::kToySchedule:
      return Make(ToySchedule(std::max(1u, config.toy_schedule().steps())));
    case v1::Task::kConvNet:
    case v1::Task::kImageMlp:
    case v1::Task::kQuadratic:
    case v1::Task::KIND_NOT_SET:
      break;
  }
  return nullptr;
}

}  // namespace paceline
