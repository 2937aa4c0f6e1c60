// RNNMLPLOpt's running numbers of a whole problem: the gradient's recent size, which limits it, and
// the training and validation losses' averages, which normalise them. In double, where the
// corrections by 1 − d^t cancel.
#pragma once

#include "common/lane/portable_math.h"
#include "common/lane/team.h"
#include "common/lopt/rnn_mlp_lopt/plan.h"
#include "worker/optim/inner_step.h"
#include "worker/optim/parts/stored_double.h"

namespace paceline {

// Floats of scratch.
enum RnnMlpNow { kGradientLimit, kTrainFeature, kValidFeature };

PACELINE_LANE void InitRnnMlpScalars(float* state) {
  for (size_t i = 0; i < kRnnMlpScalars; ++i) StoreDouble(0, state, i);
  StoreDouble(1, state, kClipUpdates);
  StoreDouble(static_cast<double>(0.01f), state, kClipSize);
}

// `first`: kTrainLoss or kValidLoss.
PACELINE_LANE void MoveLossAverage(float* state, size_t first, double decay, double loss) {
  const double mean = decay * LoadDouble(state, first) + (1 - decay) * loss;
  const double variance =
      decay * LoadDouble(state, first + 1) + (1 - decay) * (mean - loss) * (mean - loss);
  StoreDouble(mean, state, first);
  StoreDouble(variance, state, first + 1);
  StoreDouble(LoadDouble(state, first + 2) + 1, state, first + 2);
}

// 1 − d^updates + 1e-8
PACELINE_LANE double LossCorrection(const float* state, size_t first, double decay) {
  const auto updates = static_cast<unsigned long>(LoadDouble(state, first + 2));
  return 1 - PortablePower(decay, updates) + 1e-8;
}

PACELINE_LANE void MoveValidLoss(float* state, float loss) {
  MoveLossAverage(state, kValidLoss, static_cast<double>(0.95f), static_cast<double>(loss));
}

// What a training step needs of the losses and the limit; the training loss is taken in.
PACELINE_LANE void MoveTrainLoss(float* state, float loss, float* now) {
  constexpr double kTrainDecay = 0.9f, kValidDecay = 0.95f, kClipDecay = 0.99f;
  MoveLossAverage(state, kTrainLoss, kTrainDecay, static_cast<double>(loss));
  const double correction = LossCorrection(state, kTrainLoss, kTrainDecay);
  const double mean = LoadDouble(state, kTrainLoss) / correction;
  const double deviation = ::sqrt(LoadDouble(state, kTrainLoss + 1) / correction + 1e-8);
  const auto feature = [&](double x) PACELINE_INLINE_LAMBDA {
    const double normalised = (x - mean) / deviation;
    return static_cast<float>(normalised < -5 ? -5 : normalised > 5 ? 5 : normalised);
  };
  now[kTrainFeature] = feature(static_cast<double>(loss));
  now[kValidFeature] =
      feature(LoadDouble(state, kValidLoss) / LossCorrection(state, kValidLoss, kValidDecay));
  const auto updates = static_cast<unsigned long>(LoadDouble(state, kClipUpdates));
  now[kGradientLimit] = static_cast<float>(10 * LoadDouble(state, kClipSize) /
                                           (1 - PortablePower(kClipDecay, updates)));
}

// mean_square: of the limited gradient, over each tensor and then over the tensors.
PACELINE_LANE void MoveGradientSize(float* state, double mean_square) {
  constexpr double kClipDecay = 0.99f;
  const double size =
      kClipDecay * LoadDouble(state, kClipSize) + (1 - kClipDecay) * ::sqrt(1e-8 + mean_square);
  StoreDouble(size, state, kClipSize);
  StoreDouble(LoadDouble(state, kClipUpdates) + 1, state, kClipUpdates);
}

}  // namespace paceline
