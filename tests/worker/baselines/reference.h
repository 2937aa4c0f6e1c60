// Rules followed next to an independent statement of them, over the same random gradients.
#pragma once

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <functional>

#include "tests/testing/baseline_setting.h"
#include "tests/worker/baselines/trajectory.h"
#include "worker/baselines/make.h"

namespace paceline {

inline constexpr size_t kReferenceUpdates = 60;

struct Problem {
  std::vector<float> initial;
  std::vector<std::vector<float>> gradients;
};

inline Problem RandomProblem(size_t count, unsigned seed) {
  std::mt19937 random(seed);
  Problem problem{.initial = RandomFloats(random, count), .gradients = {}};
  for (size_t i = 0; i < kReferenceUpdates; ++i) {
    problem.gradients.push_back(RandomFloats(random, count));
  }
  return problem;
}

inline at::Tensor InDouble(const std::vector<float>& values, at::IntArrayRef shape) {
  return torch::tensor(std::vector<double>(values.begin(), values.end()),
                       torch::TensorOptions(torch::kDouble))
      .reshape(shape);
}

// Where the run of a rule is told of: its parameters and state after each update.
using Watch = std::function<void(int64_t update, const std::vector<float>& parameters,
                                 std::span<const float> state)>;

inline void FollowRule(const v1::BaselineSetting& setting,
                       const std::vector<ParameterTensor>& tensors, const Problem& problem,
                       const Watch& watch) {
  const auto optimizer = MakeBaseline(setting, tensors).value();
  std::vector<float> p = problem.initial;
  std::vector<float> state(optimizer->state_size(), NAN), scratch(optimizer->scratch_size(), NAN);
  const auto prepared = optimizer->Prepare({});
  optimizer->InitState(*prepared, state);
  for (size_t i = 0; i < problem.gradients.size(); ++i) {
    const InnerStep step = {.iteration = static_cast<int64_t>(i),
                            .num_steps = static_cast<int64_t>(problem.gradients.size()),
                            .gradient = problem.gradients[i].data()};
    optimizer->Update(*prepared, step, p, state, scratch);
    watch(step.iteration, p, state);
  }
}

// |actual − expected| in units of max(1, |expected|); the largest.
inline double LargestError(const std::vector<float>& actual, const at::Tensor& expected) {
  const at::Tensor own = InDouble(actual, expected.sizes());
  return ((own - expected).abs() / expected.abs().clamp_min(1)).max().item<double>();
}

}  // namespace paceline
