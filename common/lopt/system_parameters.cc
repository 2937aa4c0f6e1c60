#include "common/lopt/leaves.h"

namespace paceline {

std::vector<ThetaLeaf> SystemLeaves(const v1::SystemParameters& config) {
  return {{.path = "theta",
           .shape = {config.initial_size()},
           .initial_values = {config.initial().begin(), config.initial().end()}}};
}

}  // namespace paceline
