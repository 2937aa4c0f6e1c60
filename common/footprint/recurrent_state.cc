#include "common/footprint/recurrent_state.h"

#include <algorithm>

#include "common/footprint/per_parameter.h"

namespace paceline {
namespace {

// Ten averages and ten minima in double.
constexpr size_t kLossHistory = PaddedTo16(40);
// rnn_mlp_lopt's averages of losses and gradients, eight doubles.
constexpr size_t kScalars = 16;

// `slots` floats for every element of a tensor, its elements padded.
size_t Moments(const std::vector<TensorShape>& tensors, size_t slots) {
  size_t floats = 0;
  for (const TensorShape& shape : tensors) floats += slots * PaddedTo16(ElementsOf(shape));
  return floats;
}

size_t LstmState(size_t tensors, size_t hidden) { return 2 * tensors * PaddedTo16(hidden); }

size_t ScheduleState(const v1::LearnedSchedule& config, const std::vector<TensorShape>& tensors) {
  size_t elements = 0;
  for (const TensorShape& shape : tensors) elements += ElementsOf(shape);
  const size_t slots = config.base() == v1::SCHEDULED_OPTIMIZER_ADAM ? 2 : 1;
  return PaddedTo16(slots * elements) + kLossHistory;
}

}  // namespace

size_t RecurrentStateFloats(const v1::LearnedOptimizer& optimizer,
                            const std::vector<TensorShape>& tensors) {
  const size_t count = tensors.size();
  switch (optimizer.kind_case()) {
    case v1::LearnedOptimizer::kNnAdam:
      return Moments(tensors, 2) + LstmState(count, optimizer.nn_adam().lstm_hidden()) +
             PaddedTo16(4 * count);
    case v1::LearnedOptimizer::kRnnMlpLopt: {
      const v1::RnnMlpLopt& own = optimizer.rnn_mlp_lopt();
      const size_t decays = own.decays().empty() ? 5 : static_cast<size_t>(own.decays_size());
      return Moments(tensors, 2 * decays) + LstmState(count, own.lstm_hidden()) +
             PaddedTo16(count * own.from_mlp()) + PaddedTo16(own.from_lstm()) + kScalars;
    }
    case v1::LearnedOptimizer::kHyperV2: {
      size_t floats = kLossHistory + LstmState(count, optimizer.hyper_v2().lstm_hidden());
      for (const TensorShape& shape : tensors) floats += AdafacState(shape);
      return floats;
    }
    case v1::LearnedOptimizer::kLearnedSchedule:
      return ScheduleState(optimizer.learned_schedule(), tensors);
    default:
      return 0;
  }
}

size_t RecurrentScratchFloats(const v1::LearnedOptimizer& optimizer,
                              const std::vector<TensorShape>& tensors) {
  // Elements whose activations rnn_mlp_lopt keeps at once.
  constexpr size_t kChunk = 512;
  if (optimizer.has_rnn_mlp_lopt()) return kChunk * optimizer.rnn_mlp_lopt().hidden();
  if (!optimizer.has_hyper_v2()) return 0;
  size_t largest = 0;
  for (const TensorShape& shape : tensors) largest = std::max(largest, ElementsOf(shape));
  return 2 * largest;
}

}  // namespace paceline
