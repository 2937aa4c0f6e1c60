// The optimizers against google/learned_optimization's own trajectories: every traj_* file that is
// there, on every instruction set.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "common/lopt/layout.h"
#include "tests/testing/golden.h"
#include "tests/testing/golden_optimizer.h"
#include "tests/testing/targets.h"
#include "worker/optim/make.h"

namespace paceline {
namespace {

using testing::GoldenFile;

// The largest deviation of a file, and of all tensors' deviations the largest part of its
// tolerance.
struct Deviation {
  double absolute = 0;
  double of_tolerance = 0;
};

// The file's problem: tensors p0, p1, ... one after the other.
struct Problem {
  std::vector<ParameterTensor> tensors;
  std::vector<float> initial;

  explicit Problem(const GoldenFile& file) {
    for (const std::string& name : file.NamesUnder("init/")) {
      const Tensor& init = file.at("init/" + name);
      tensors.push_back({name, init.shape, initial.size(), init.elements()});
      initial.insert(initial.end(), init.f32().begin(), init.f32().end());
    }
  }
  std::vector<float> GradientOf(const GoldenFile& file, size_t update) const {
    std::vector<float> gradient;
    for (const ParameterTensor& tensor : tensors) {
      const auto all = file.at("grad/" + tensor.name).f32();
      const auto own = all.subspan(update * tensor.size, tensor.size);
      gradient.insert(gradient.end(), own.begin(), own.end());
    }
    return gradient;
  }
};

// trajectory [update][parameter]
std::vector<std::vector<float>> Follow(const GoldenFile& file, const v1::LearnedOptimizer& config,
                                       const Problem& problem, lane::Target target) {
  const auto optimizer = MakeOptimizerFor(config, problem.tensors, target);
  const auto prepared = optimizer->Prepare(testing::GoldenTheta(file, LayoutOf(config)));
  std::vector<float> state(optimizer->state_size());
  std::vector<float> scratch(optimizer->scratch_size(), std::nanf(""));
  optimizer->InitState(*prepared, state);
  std::vector<float> parameters = problem.initial;
  std::vector<std::vector<float>> trajectory;
  for (size_t update = 0; update < file.at("loss").elements(); ++update) {
    const std::vector<float> gradient = problem.GradientOf(file, update);
    const InnerStep step = {
        .iteration = static_cast<int64_t>(update),
        .num_steps = file.config.value("num_steps", 0),
        .loss = file.at("loss").f32()[update],
        .is_valid = file.has("is_valid") && file.at("is_valid").i32()[update] != 0,
        .gradient = gradient.data()};
    optimizer->Update(*prepared, step, parameters, state, scratch);
    trajectory.push_back(parameters);
  }
  return trajectory;
}

// Per tensor, over all updates: 2e-6·max(1, max|param|) + 3e-5·max|param64c − init|.
double Tolerance(std::span<const double> expected, std::span<const float> initial) {
  double largest = 1, movement = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    largest = std::max(largest, std::abs(expected[i]));
    movement = std::max(movement, std::abs(expected[i] - initial[i % initial.size()]));
  }
  return 2e-6 * largest + 3e-5 * movement;
}

Deviation Compare(const GoldenFile& file, const Problem& problem,
                  const std::vector<std::vector<float>>& trajectory) {
  Deviation worst;
  for (const ParameterTensor& tensor : problem.tensors) {
    const auto expected = file.at("param64c/" + tensor.name).f64();
    const double tolerance =
        Tolerance(expected, std::span(problem.initial).subspan(tensor.offset, tensor.size));
    for (size_t i = 0; i < expected.size(); ++i) {
      const float value = trajectory[i / tensor.size][tensor.offset + i % tensor.size];
      const double off = std::abs(value - expected[i]);
      worst.absolute = std::isnan(off) ? INFINITY : std::max(worst.absolute, off);
      worst.of_tolerance =
          std::isnan(off) ? INFINITY : std::max(worst.of_tolerance, off / tolerance);
    }
  }
  return worst;
}

TEST(GoldenOptimizers, FollowTheLibrarysTrajectories) {
  testing::CheckGoldenFiles("optimizer_trajectory", [](const GoldenFile& file) -> std::string {
    const auto config = testing::GoldenOptimizer(file.config);
    if (!config.ok()) return std::string(config.status().message());
    const Problem problem(file);
    const auto reference = Follow(file, *config, problem, lane::Target::kScalar);
    for (const lane::Target target : testing::RunnableTargets()) {
      EXPECT_EQ(Follow(file, *config, problem, target), reference) << lane::TargetName(target);
    }
    const Deviation worst = Compare(file, problem, reference);
    std::printf("%-32s largest deviation %.2e, %5.1f %% of its tolerance\n", file.name.c_str(),
                worst.absolute, 100 * worst.of_tolerance);
    EXPECT_LE(worst.of_tolerance, 1);
    return "";
  });
}

}  // namespace
}  // namespace paceline
