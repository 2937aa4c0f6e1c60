#include "common/lopt/leaves.h"
#include "common/lopt/learned_schedule/family.h"

namespace paceline {

std::vector<ThetaLeaf> LearnedScheduleFamily::Leaves(const Config& config) {
  std::vector<ThetaLeaf> leaves = {ConstantLeaf("log_lr", {}, std::log(config.learning_rate()))};
  const auto add = [&](const char* path, double value) {
    leaves.push_back(ConstantLeaf(path, {}, std::log(value)));
  };
  if (config.base() == v1::SCHEDULED_OPTIMIZER_ADAM) {
    add("one_minus_beta1", 1 - config.beta1());
    add("one_minus_beta2", 1 - config.beta2());
    add("log_epsilon", config.epsilon());
  } else {
    add("one_minus_momentum", 1 - config.momentum());
  }
  for (uint32_t i = 0; i <= config.layers(); ++i) {
    const bool last = i == config.layers();
    AddLinear("schedule/linear_" + std::to_string(i),
              i == 0 ? int64_t{kScheduleInputs} : config.hidden(), last ? 1 : config.hidden(),
              leaves);
    if (last) leaves[leaves.size() - 2].initial_stddev = 0;
  }
  return leaves;
}

}  // namespace paceline
