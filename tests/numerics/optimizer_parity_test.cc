// The optimizers of worker/optim on every instruction set against those of worker/reference,
// which share no arithmetic with them: several runs under θ of their own, tensors of every rank,
// gradients of very different sizes.
//
// Tolerance: 4e-7·max(1, max|p|) + 6e-6·max|p − p₀| per tensor, a fifth of that of the golden
// trajectories. Two float32 texts of one formula: each rounds the parameter once a step (6e-8 of
// it, twelve times, in random directions) and is off by a few roundings in a step, some of which a
// division by a small gradient's own size makes larger. The largest part of the tolerance that was
// used is printed; it was 0.40, and 0.73 where an orthogonal or nominal step is the larger part.
#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "common/lopt/layout.h"
#include "tests/testing/sample_problems.h"
#include "tests/testing/samples.h"
#include "tests/testing/targets.h"
#include "worker/optim/make.h"
#include "worker/reference/optimizer.h"

namespace paceline {
namespace {

constexpr int kRuns = 3;
constexpr int kUpdates = 12;
constexpr int64_t kNumSteps = 1000;

// What both texts are given.
struct Problem {
  v1::LearnedOptimizer config;
  std::vector<ParameterTensor> tensors;
  std::vector<std::vector<float>> thetas;                  // [run]
  std::vector<std::vector<float>> initial;                 // [run][parameter]
  std::vector<std::vector<std::vector<float>>> gradients;  // [update][run][parameter]
  // As the gradients; empty in updates without a probe.
  std::vector<std::vector<std::vector<float>>> hessian, gauss_newton;

  Problem(v1::LearnedOptimizer optimizer, const std::vector<std::vector<int64_t>>& shapes,
          unsigned seed)
      : config(std::move(optimizer)),
        tensors(TensorsOf(shapes)),
        gradients(kUpdates),
        hessian(kUpdates),
        gauss_newton(kUpdates) {
    std::mt19937 random(seed);
    const size_t size = tensors.back().offset + tensors.back().size;
    for (int run = 0; run < kRuns; ++run) {
      thetas.push_back(RandomTheta(config, random));
      initial.push_back(RandomValues(size, 1, random));
    }
    for (auto& of_update : gradients) {
      for (int run = 0; run < kRuns; ++run) of_update.push_back(RandomGradient(size, random));
    }
    // The Hessian's first probe is the second update.
    for (int update = 0; update < kUpdates; ++update) {
      for (int run = 0; run < kRuns; ++run) {
        if (update % 3 == 1) hessian[update].push_back(RandomGradient(size, random));
        if (update % 3 == 0) gauss_newton[update].push_back(RandomGradient(size, random));
      }
    }
  }

  // Each tensor with a scale of its own, a tenth of the elements zero.
  std::vector<float> RandomGradient(size_t size, std::mt19937& random) const {
    std::vector<float> gradient = RandomValues(size, 1, random);
    float scale = 1e-3f;
    for (const ParameterTensor& tensor : tensors) {
      for (size_t i = 0; i < tensor.size; ++i) {
        gradient[tensor.offset + i] *= random() % 10 == 0 ? 0 : scale;
      }
      scale = scale > 1 ? 1e-3f : scale * 10;
    }
    return gradient;
  }
};

// [run][parameter] after the updates.
using Result = std::vector<std::vector<float>>;

// The iteration counter jumps, so that its features matter.
int64_t IterationOf(int update) { return update * update * 7; }
// Falls, and jumps once beyond what averages of it take in whole.
float LossOf(int update) { return update == 7 ? 9.0f : 2.0f / static_cast<float>(1 + update); }

const float* RowOf(const Result& rows, int run) {
  return rows.empty() ? nullptr : rows[static_cast<size_t>(run)].data();
}

Result OfOurs(const Problem& problem, lane::Target target) {
  const auto optimizer = MakeOptimizerFor(problem.config, problem.tensors, target);
  std::vector<float> scratch(optimizer->scratch_size(), std::nanf(""));
  Result result = problem.initial;
  for (int run = 0; run < kRuns; ++run) {
    const auto prepared = optimizer->Prepare(problem.thetas[run]);
    std::vector<float> state(optimizer->state_size());
    optimizer->InitState(*prepared, state);
    for (int update = 0; update < kUpdates; ++update) {
      const InnerStep step = {.iteration = IterationOf(update),
                              .num_steps = kNumSteps,
                              .loss = LossOf(update),
                              .gradient = problem.gradients[update][run].data(),
                              .hessian_diagonal = RowOf(problem.hessian[update], run),
                              .gauss_newton_diagonal = RowOf(problem.gauss_newton[update], run)};
      optimizer->Update(*prepared, step, result[run], state, scratch);
    }
  }
  return result;
}

// One tensor of every run: [run, shape...].
at::Tensor Stacked(const Result& rows, const ParameterTensor& tensor) {
  std::vector<int64_t> shape = {kRuns};
  shape.insert(shape.end(), tensor.shape.begin(), tensor.shape.end());
  at::Tensor stacked = at::full(shape, 0, at::kFloat);
  float* to = stacked.mutable_data_ptr<float>();
  for (const std::vector<float>& row : rows) {
    to = std::copy_n(row.data() + tensor.offset, tensor.size, to);
  }
  return stacked;
}

Result OfTheOracle(const Problem& problem) {
  at::set_num_threads(1);
  const auto optim = MakeReferenceOptimizer(problem.config, problem.tensors, kRuns, at::kFloat);
  std::vector<float> thetas;
  for (const auto& theta : problem.thetas) thetas.insert(thetas.end(), theta.begin(), theta.end());
  optim->SetTheta(
      at::from_blob(thetas.data(), {kRuns, static_cast<int64_t>(problem.thetas[0].size())}));
  std::vector<at::Tensor> parameters;
  for (const auto& tensor : problem.tensors) {
    parameters.push_back(Stacked(problem.initial, tensor));
  }
  for (int update = 0; update < kUpdates; ++update) {
    UpdateInputs inputs{.iterations = at::full({kRuns}, IterationOf(update), at::kFloat),
                        .num_steps = at::full({kRuns}, kNumSteps, at::kFloat),
                        .losses = at::full({kRuns}, LossOf(update), at::kFloat)};
    for (const auto& tensor : problem.tensors) {
      inputs.gradients.push_back(Stacked(problem.gradients[update], tensor));
      if (!problem.hessian[update].empty()) {
        inputs.hessian_diagonal.push_back(Stacked(problem.hessian[update], tensor));
      }
      if (!problem.gauss_newton[update].empty()) {
        inputs.gauss_newton_diagonal.push_back(Stacked(problem.gauss_newton[update], tensor));
      }
    }
    optim->Update(inputs, parameters);
  }
  Result result = problem.initial;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const ParameterTensor& tensor = problem.tensors[i];
    const at::Tensor values = parameters[i].contiguous();
    const float* from = values.const_data_ptr<float>();
    for (int run = 0; run < kRuns; ++run) {
      std::copy_n(from + run * tensor.size, tensor.size, result[run].begin() + tensor.offset);
    }
  }
  return result;
}

// selfnormalize_blackbox multiplies the step by the mean of the gradient, whose terms cancel.
double ToleranceFactor(const v1::LearnedOptimizer& config) {
  return config.mlp_nom_lopt().selfnormalize_blackbox() ? 5 : 1;
}

// The largest, in units of the tolerance.
double Deviation(const Problem& problem, const Result& actual, const Result& expected) {
  double worst = 0;
  for (int run = 0; run < kRuns; ++run) {
    for (const ParameterTensor& tensor : problem.tensors) {
      double off = 0, largest = 1, movement = 0;
      for (size_t i = tensor.offset; i < tensor.offset + tensor.size; ++i) {
        const double difference = std::abs(static_cast<double>(actual[run][i]) - expected[run][i]);
        off = std::isfinite(difference) ? std::max(off, difference) : INFINITY;
        largest = std::max<double>(largest, std::abs(expected[run][i]));
        movement = std::max<double>(movement, std::abs(expected[run][i] - problem.initial[run][i]));
      }
      const double tolerance = (4e-7 * largest + 6e-6 * movement) * ToleranceFactor(problem.config);
      worst = std::max(worst, off / tolerance);
    }
  }
  return worst;
}

const std::vector<std::vector<int64_t>> kShapes = {
    {7, 5}, {6, 6}, {5}, {}, {3, 3, 4, 6}, {1, 8}, {8, 3}, {1, 1}, {20, 3, 2}, {16}, {33, 17}, {1}};

// Widths and depths beside those of the catalogue.
std::vector<v1::LearnedOptimizer> OtherWidths() {
  return {MlpLoptConfig(32, 2), MlpLoptConfig(4, 1), MlpLoptConfig(7, 4), AdafacConfig(32, 1),
          AdafacConfig(17, 3)};
}

std::vector<v1::LearnedOptimizer> And(std::vector<v1::LearnedOptimizer> configs,
                                      const std::vector<v1::LearnedOptimizer>& others) {
  configs.insert(configs.end(), others.begin(), others.end());
  return configs;
}

TEST(OptimizerParity, EveryInstructionSetFollowsTheIndependentText) {
  for (const auto& config : And(Samples(), OtherWidths())) {
    SCOPED_TRACE(config.ShortDebugString());
    const Problem problem(config, kShapes, 5);
    const Result expected = OfTheOracle(problem);
    EXPECT_GT(Deviation(problem, problem.initial, expected), 100) << "nothing has moved";
    for (const lane::Target target : testing::RunnableTargets()) {
      const double deviation = Deviation(problem, OfOurs(problem, target), expected);
      EXPECT_LE(deviation, 1) << lane::TargetName(target);
      std::printf("%-7s %.3f of the tolerance: %s\n", lane::TargetName(target), deviation,
                  config.ShortDebugString().c_str());
    }
  }
}

// The tolerance sees each leaf of θ (a learning rate, decays, a layer's weights) move by 0.001.
TEST(OptimizerParity, AChangeOfAnyLeafOfThetaIsSeen) {
  for (const auto& config : And(PerParameterConfigs(), OtherWidths())) {
    const Problem problem(config, kShapes, 6);
    const Result expected = OfTheOracle(problem);
    for (const ThetaLeaf& leaf : LayoutOf(config).leaves) {
      if (leaf.path == "log_epsilon") continue;  // 1e-8 beside the root of a second moment
      Problem changed = problem;
      for (auto& theta : changed.thetas) {
        for (size_t i = 0; i < leaf.size; ++i) theta[leaf.offset + i] += 1e-3f;
      }
      EXPECT_GT(Deviation(problem, OfOurs(changed, lane::ActiveTarget()), expected), 1)
          << leaf.path << " of " << config.ShortDebugString();
    }
  }
}

}  // namespace
}  // namespace paceline
