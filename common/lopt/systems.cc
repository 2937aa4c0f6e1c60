#include "common/lopt/systems.h"

#include "common/lopt/leaves.h"

namespace paceline {

size_t SystemThetaSize(const v1::Task& task) {
  switch (task.kind_case()) {
    case v1::Task::kInfluenceBalancing:
      return 1;
    case v1::Task::kLorenz:
    case v1::Task::kToySchedule:
      return 2;
    default:
      return 0;
  }
}

std::vector<ThetaLeaf> SystemLeaves(const v1::SystemParameters& config) {
  return {{.path = "theta",
           .shape = {config.initial_size()},
           .initial_values = {config.initial().begin(), config.initial().end()}}};
}

}  // namespace paceline
