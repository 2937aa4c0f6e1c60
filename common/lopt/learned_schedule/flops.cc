#include "common/lopt/flop_counts.h"
#include "common/lopt/learned_schedule/family.h"

namespace paceline {

double LearnedScheduleFamily::Flops(const Config& config,
                                    const std::vector<ParameterTensor>& tensors) {
  const bool adam = config.base() == v1::SCHEDULED_OPTIMIZER_ADAM;
  const bool relu = config.activation() == v1::SCHEDULE_ACTIVATION_RELU;
  const double hidden = config.hidden(), layers = config.layers();
  const double count = ElementsOf(tensors);
  return kLossHistoryFlops + DenseFlops(kScheduleInputs, hidden) +
         (layers - 1) * DenseFlops(hidden, hidden) + DenseFlops(hidden, 1) +
         layers * hidden * (relu ? 1 : kTanh) + kExp + (adam ? 15 : 4) * count;
}

double LearnedScheduleFamily::Accumulators(const Config& config, const ParameterTensor&) {
  return config.base() == v1::SCHEDULED_OPTIMIZER_ADAM ? 2 : 1;
}

}  // namespace paceline
