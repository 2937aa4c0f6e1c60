// The fused optimizer's kernel body under the block emulator against the optimizer of the
// processor, bit by bit.
#include "worker/kernels/update_kernel.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "common/base/aligned_floats.h"
#include "common/lopt/layout.h"
#include "tests/testing/emulator/kernels.h"
#include "tests/testing/sample_problems.h"
#include "tests/testing/samples.h"
#include "tests/worker/engine/problems.h"
#include "worker/optim/make.h"

namespace paceline {
namespace {

constexpr size_t kRuns = 3;
constexpr int kUpdates = 4;
constexpr int64_t kNumSteps = 20;

class UpdateKernelTest : public testing::TestWithParam<v1::LearnedOptimizer> {
 protected:
  UpdateKernelTest()
      : tensors_(TensorsOf({{3, 3, 2, 5}, {5}, {20, 16}, {}})), size_(tensors_.back().offset + 1) {
    std::mt19937 random(5);
    std::normal_distribution<float> normal;
    const auto fill = [&](std::vector<float>& values, size_t count, float scale) {
      values.resize(count);
      for (float& value : values) value = scale * normal(random);
    };
    const std::vector<float> theta = InitialTheta(LayoutOf(GetParam()), 3);
    theta_size_ = theta.size();
    for (size_t run = 0; run < kRuns; ++run) {
      for (const float t : theta) thetas_.push_back(t + 0.01f * normal(random));
    }
    fill(parameters_, kRuns * size_, 0.1f);
    gradients_.resize(kUpdates);
    for (auto& gradients : gradients_) fill(gradients, kRuns * size_, 0.05f);
  }

  // Run 1 diverges at update 2 and stands still from there on.
  static float LossOf(size_t run, int update) { return run == 1 && update >= 2 ? INFINITY : 1.0f; }

  std::vector<float> Expected() const {
    std::vector<float> parameters = parameters_;
    const auto optimizer = MakeOptimizer(GetParam(), tensors_, Arithmetic::kSimd);
    for (size_t run = 0; run < kRuns; ++run) {
      const auto prepared =
          optimizer->Prepare(std::span(thetas_).subspan(run * theta_size_, theta_size_));
      AlignedFloats state(optimizer->state_size()), scratch(optimizer->scratch_size());
      optimizer->InitState(*prepared, state.span());
      for (int update = 0; update < kUpdates; ++update) {
        if (!std::isfinite(LossOf(run, update))) break;
        const InnerStep step = {.iteration = update,
                                .num_steps = kNumSteps,
                                .loss = LossOf(run, update),
                                .gradient = gradients_[update].data() + run * size_};
        optimizer->Update(*prepared, step, std::span(parameters).subspan(run * size_, size_),
                          state.span(), scratch.span());
      }
    }
    return parameters;
  }

  template <class Plan>
  std::vector<float> ByTheKernel(const Plan& plan, size_t threads, bool in_shared) const {
    const auto& kernels = EmulatedKernelsOf<Plan, EmulatedTeam>();
    std::vector<float> parameters = parameters_;
    std::vector<float> prepared(kRuns * plan.prepared_size, NAN), shared(plan.prepared_size, NAN);
    std::vector<float> states(kRuns * plan.state_size, NAN);
    std::vector<float> scratch(kRuns * plan.scratch_size, NAN), losses(kRuns);
    std::vector<int64_t> iterations(kRuns, 0);
    const std::vector<int64_t> num_steps(kRuns, kNumSteps);
    std::vector<int32_t> stopped(kRuns, 0);
    UpdateArrays arrays = {.thetas = thetas_.data(),
                           .theta_stride = theta_size_,
                           .prepared = prepared.data(),
                           .prepared_stride = plan.prepared_size,
                           .states = states.data(),
                           .state_stride = plan.state_size,
                           .parameters = parameters.data(),
                           .gradient_stride = size_,
                           .parameter_stride = size_,
                           .scratch = scratch.data(),
                           .scratch_stride = plan.scratch_size,
                           .losses = losses.data(),
                           .iterations = iterations.data(),
                           .num_steps = num_steps.data(),
                           .stopped = stopped.data()};
    RunBlocks(kRuns, threads, [&](size_t run, const EmulatedTeam& team) {
      kernels.prepare(plan, arrays, nullptr, run, team);
    });
    for (int update = 0; update < kUpdates; ++update) {
      for (size_t run = 0; run < kRuns; ++run) losses[run] = LossOf(run, update);
      arrays.gradients = gradients_[update].data();
      RunBlocks(kRuns, threads, [&](size_t run, const EmulatedTeam& team) {
        kernels.update(plan, arrays, run, in_shared ? shared.data() : nullptr, team);
      });
    }
    EXPECT_EQ(iterations, std::vector<int64_t>(kRuns, kUpdates));
    EXPECT_EQ(stopped, (std::vector<int32_t>{0, 1, 0}));
    return parameters;
  }

  std::vector<ParameterTensor> tensors_;
  size_t size_, theta_size_;
  std::vector<float> thetas_, parameters_;
  std::vector<std::vector<float>> gradients_;
};

TEST_P(UpdateKernelTest, HasTheBitsOfTheProcessor) {
  const std::vector<float> expected = Expected();
  VisitPlan(GetParam(), tensors_, [&](const auto& owned) {
    for (const size_t threads : {1, 32, 48}) {
      EXPECT_EQ(ByTheKernel(owned.plan, threads, true), expected) << threads;
      EXPECT_EQ(ByTheKernel(owned.plan, threads, false), expected) << threads;
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Wide, UpdateKernelTest,
                         testing::Values(AdafacConfig(32, 2), MlpLoptConfig(32, 2)));
INSTANTIATE_TEST_SUITE_P(Samples, UpdateKernelTest, testing::ValuesIn(Samples()));

}  // namespace
}  // namespace paceline
