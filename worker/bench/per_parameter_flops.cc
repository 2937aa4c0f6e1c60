#include "worker/bench/per_parameter_flops.h"

#include <algorithm>

#include "common/footprint/tensors.h"
#include "common/lopt/curvature.h"
#include "common/lopt/features.h"
#include "worker/bench/flop_counts.h"

namespace paceline {
namespace {

template <class Config>
NetworkFlops NetworkOf(const Config& config, double outputs) {
  return {static_cast<double>(config.hidden()), static_cast<double>(config.layers()), outputs};
}

// Of an element: to limit it, or to find the norm and divide by it.
double ClipFlops(const v1::Clip& clip) {
  return clip.has_element() ? 2 : clip.has_global_norm() ? 6 : 0;
}

// And the step's mean square, and the step times a factor.
template <class Config>
double StabilityFlops(const Config& config) {
  return ClipFlops(config.clip()) + (config.has_update_rms() ? 4 : 0);
}

double ChosenOf(const std::vector<uint8_t>& rows) {
  return static_cast<double>(rows.size()) - static_cast<double>(std::ranges::count(rows, kNoRow));
}

// What curvature adds to an element: averages that move with each probe, and columns.
template <class Config>
double CurvatureFlops(const v1::LearnedOptimizer& optimizer, const Config& config, double width) {
  const CurvatureNeeds needs = CurvatureOf(optimizer);
  if (needs.none()) return 0;
  const FeatureRows rows = RowsOf(config);
  const double matrices = (needs.hessian ? 1 : 0) + (needs.gauss_newton ? 1 : 0);
  double flops = matrices * 7 / static_cast<double>(needs.every);
  for (const int group : {kHessianColumn, kGaussNewtonColumn}) {
    if (rows.Sees(group)) flops += kRsqrt + 4;
  }
  if (rows.Sees(kKroneckerColumn)) flops += 3;
  return flops + ChosenOf(rows.curvature) * (2 + 2 * width);
}

double MlpLoptFlops(const v1::LearnedOptimizer& optimizer, const v1::Task& task) {
  constexpr double kMomenta = 6;
  const v1::MlpLopt& config = optimizer.mlp_lopt();
  const FeatureRows rows = RowsOf(config);
  const NetworkFlops network = NetworkOf(config, 2);
  const double features = ChosenOf(rows.own);
  const double each = 3 * kMomenta + 2 * features * network.first() + network.later() + kUpdate +
                      StabilityFlops(config) + CurvatureFlops(optimizer, config, network.first());
  double flops = rows.time == kNoRow ? 0 : network.time();
  for (const TensorShape& shape : TensorsOf(task)) {
    const auto count = static_cast<double>(ElementsOf(shape));
    flops += each * count + NormaliserFlops(features, count, network.first());
  }
  return flops;
}

AdafacColumns AdafacColumnsOf(const FeatureRows& rows) {
  const double all = ChosenOf(rows.own);
  const double sides = ChosenOf({rows.own.begin() + 13, rows.own.begin() + 25});
  return {all - sides, sides / 2, all};
}

template <class Config>
double AdafacFlops(const v1::LearnedOptimizer& optimizer, const Config& config,
                   const v1::Task& task, double outputs, double step) {
  const NetworkFlops network = NetworkOf(config, outputs);
  const FeatureRows rows = RowsOf(config);
  step += StabilityFlops(config) + CurvatureFlops(optimizer, config, network.first());
  double flops = rows.time == kNoRow ? 0 : network.time();
  for (const TensorShape& shape : TensorsOf(task)) {
    flops += AdafacTensorFlops(shape, network, AdafacColumnsOf(rows), step);
  }
  return flops;
}

// Three magnitudes and their means, the nominal direction, both steps and the decay.
constexpr double kNominalStep = 3 * (kExp + 1) + 3 + 4 + 8;

// Newton–Schulz on an n × m matrix, n ≤ m: the norm, then X·Xᵀ, A·A and B·X each time.
double NewtonSchulzFlops(const FlopSides& sides, double steps) {
  const double n = sides.smaller, m = sides.larger;
  return 3 * n * m + steps * (4 * n * n * m + 2 * n * n * n + 3 * n * n + 2 * n * m);
}

double Celo2Flops(const v1::Celo2& config, const v1::Task& task) {
  // One of the outputs is used; 18 columns of an element, 6 of a row or column. Clipped and scaled
  // gradient; weight decay, the step's mean square, and the step.
  const NetworkFlops network = NetworkOf(config, 1);
  const double step = 3 + 2 + 2 + 2 + ClipFlops(config.clip());
  constexpr double kAdam = 17;
  double flops = 0;
  for (const TensorShape& shape : TensorsOf(task)) {
    const auto count = static_cast<double>(ElementsOf(shape));
    if (shape.size() < 2) {
      flops += count * kAdam;
      continue;
    }
    const TensorShape matrix(shape.end() - 2, shape.end());
    const double matrices = count / static_cast<double>(ElementsOf(matrix));
    flops += matrices * (AdafacTensorFlops(matrix, network, {18, kSideFeatures, 0}, step) +
                         NewtonSchulzFlops(SidesOf(matrix), config.newton_schulz_steps()));
  }
  return flops;
}

double LinearFlops(const v1::Linear& config, const v1::Task& task) {
  const LinearColumns c = ColumnsOf(config);
  const auto momenta = static_cast<double>(MomentumDecaysOf(config).size());
  const auto moments = static_cast<double>(RmsDecaysOf(config).size());
  const double columns = c.gradient + c.parameter + c.momentum + c.rms + c.inverse_rms +
                         c.scaled_gradient + c.scaled_momentum;
  // Averages and their corrections; root, sum and quotient; products; the sum, and the step.
  const double each = 4 * momenta + 1 + (4 + 3) * moments + c.scaled_gradient + c.scaled_momentum +
                      2 * columns + (config.normalize() ? 2 * columns : 0) + 2 +
                      StabilityFlops(config);
  return each * static_cast<double>(ParameterCount(task));
}

double CurvatureValues(const v1::LearnedOptimizer& optimizer) {
  const CurvatureNeeds needs = CurvatureOf(optimizer);
  return 2 * ((needs.hessian ? 1 : 0) + (needs.gauss_newton ? 1 : 0));
}

}  // namespace

double PerParameterFlops(const v1::LearnedOptimizer& optimizer, const v1::Task& task) {
  switch (optimizer.kind_case()) {
    case v1::LearnedOptimizer::kMlpLopt:
      return MlpLoptFlops(optimizer, task);
    case v1::LearnedOptimizer::kAdafacMlp:
      return AdafacFlops(optimizer, optimizer.adafac_mlp(), task, 2, kUpdate);
    case v1::LearnedOptimizer::kMuAdafacMlp:
      return AdafacFlops(optimizer, optimizer.mu_adafac_mlp(), task, 2, kUpdate);
    case v1::LearnedOptimizer::kMlpNomLopt:
      return AdafacFlops(optimizer, optimizer.mlp_nom_lopt(), task, 4, kNominalStep);
    case v1::LearnedOptimizer::kCelo2:
      return Celo2Flops(optimizer.celo2(), task);
    case v1::LearnedOptimizer::kLinear:
      return LinearFlops(optimizer.linear(), task);
    default:
      return 0;
  }
}

double PerParameterValues(const v1::LearnedOptimizer& optimizer, const v1::Task& task) {
  switch (optimizer.kind_case()) {
    case v1::LearnedOptimizer::kMlpLopt:
      return 6 + CurvatureValues(optimizer);
    case v1::LearnedOptimizer::kAdafacMlp:
    case v1::LearnedOptimizer::kMuAdafacMlp:
    case v1::LearnedOptimizer::kMlpNomLopt:
      return 4 + CurvatureValues(optimizer);
    case v1::LearnedOptimizer::kCelo2: {
      double values = 0;
      for (const TensorShape& shape : TensorsOf(task)) {
        values += (shape.size() < 2 ? 2.0 : 4.0) * static_cast<double>(ElementsOf(shape));
      }
      return values / static_cast<double>(ParameterCount(task));
    }
    case v1::LearnedOptimizer::kLinear:
      return static_cast<double>(MomentumDecaysOf(optimizer.linear()).size() +
                                 RmsDecaysOf(optimizer.linear()).size());
    default:
      return 0;
  }
}

}  // namespace paceline
