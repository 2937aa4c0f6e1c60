#include "common/lopt/leaves.h"
#include "common/lopt/features.h"
#include "common/lopt/linear/family.h"

namespace paceline {

std::vector<ThetaLeaf> LinearFamily::Leaves(const Config& config) {
  const LinearColumns columns = ColumnsOf(config);
  std::vector<ThetaLeaf> leaves = {ConstantLeaf("bias", {1}, 0)};
  const auto add = [&leaves](const char* path, int count, double value) {
    if (count > 0) leaves.push_back(ConstantLeaf(path, {count}, value));
  };
  add("gradient", columns.gradient, config.learning_rate() / config.step_multiplier());
  add("parameter", columns.parameter, 0);
  add("momentum", columns.momentum, 0);
  add("rms", columns.rms, 0);
  add("inverse_rms", columns.inverse_rms, 0);
  add("scaled_gradient", columns.scaled_gradient, 0);
  add("scaled_momentum", columns.scaled_momentum, 0);
  return leaves;
}

}  // namespace paceline
