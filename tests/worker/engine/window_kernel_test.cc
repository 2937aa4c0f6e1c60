// The fused-window kernel's body under the block emulator against the tiers of the processor, bit
// by bit.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "common/lopt/layout.h"
#include "common/noise/place.h"
#include "tests/testing/emulator/kernels.h"
#include "tests/testing/samples.h"
#include "tests/testing/shared_data.h"
#include "tests/worker/engine/problems.h"
#include "worker/engine/gradient_source.h"
#include "worker/engine/window_task.h"
#include "worker/optim/make.h"
#include "worker/task/make_task.h"

namespace paceline {
namespace {

struct Outcome {
  std::vector<float> losses;
  std::vector<std::vector<float>> parameters;  // [run]
};

// Two windows of two runs, θ+ and θ−, as a block has them.
constexpr int kRuns = 2;
constexpr int64_t kNumSteps = 20;
constexpr int64_t kWindows[] = {3, 2};

struct Setting {
  std::string name;
  v1::LearnedOptimizer optimizer;
  std::vector<uint32_t> hidden;
};
std::ostream& operator<<(std::ostream& out, const Setting& s) { return out << s.name; }

class WindowKernelTest : public testing::TestWithParam<Setting> {
 protected:
  WindowKernelTest()
      : config_(SmallMlpTask(GetParam().hidden)),
        task_(MakeTask(config_, SharedData()).value()),
        mlp_(dynamic_cast<const ImageMlp&>(*task_)),
        theta_(InitialTheta(LayoutOf(GetParam().optimizer), 3)) {
    for (size_t i = 0; i < theta_.size(); ++i) {
      sigmas_.push_back(0.005f * static_cast<float>(1 + i % 3));
    }
  }

  RunTheta ThetaOf(int run, int window) const {
    const Stream stream = {.key = 9,
                           .purpose = Purpose::kPerturbation,
                           .particle = 4,
                           .step = static_cast<uint32_t>(window)};
    // One σ for all in the first window, one for each element in the second.
    if (window == 1) return {theta_, stream, run == 0 ? 1.0f : -1.0f, sigmas_};
    return {theta_, stream, run == 0 ? 0.01f : -0.01f};
  }
  static RunSeed SeedOf(int run) { return {5, static_cast<uint32_t>(run), 1}; }

  Outcome ByTheProcessor(std::unique_ptr<InnerRuns> runs) const {
    Outcome outcome;
    for (int run = 0; run < kRuns; ++run)
      EXPECT_TRUE(runs->Start(run, SeedOf(run), kNumSteps).ok());
    for (int window = 0; window < 2; ++window) AdvanceBy(*runs, window, outcome.losses);
    for (int run = 0; run < kRuns; ++run) outcome.parameters.push_back(runs->Parameters(run));
    return outcome;
  }

  void AdvanceBy(InnerRuns& runs, int window, std::vector<float>& all_losses) const {
    const std::vector<RunTheta> thetas = {ThetaOf(0, window), ThetaOf(1, window)};
    std::vector<float> losses(kRuns * kWindows[window]);
    EXPECT_TRUE(runs.Advance(thetas, kWindows[window], losses).ok());
    all_losses.insert(all_losses.end(), losses.begin(), losses.end());
  }

  // Rows before the first window.
  std::vector<RunRow> NewRows(size_t state_size) const {
    std::vector<RunRow> rows(kRuns);
    for (int run = 0; run < kRuns; ++run) {
      rows[run].parameters.resize(task_->parameter_count());
      task_->SampleInitial(SeedOf(run), rows[run].parameters);
      rows[run].state.assign(state_size, NAN);
    }
    return rows;
  }

  template <class Plan>
  void AdvanceByTheKernel(const Plan& plan, size_t threads, size_t shared_bytes, int window,
                          std::vector<RunRow>& rows, std::vector<float>& all_losses) const {
    const WindowTask window_task =
        MakeWindowTask(mlp_, mlp_.data().train.images.data(), mlp_.data().train.labels.data(),
                       CurvatureOf(GetParam().optimizer));
    const WindowLayout layout = PlanWindow(window_task, SizesOf(plan), shared_bytes);
    const int64_t steps = kWindows[window];
    std::vector<std::vector<float>> workspaces(kRuns,
                                               std::vector<float>(layout.workspace_floats, NAN));
    std::vector<float> losses(kRuns * steps), shared(layout.shared_floats, NAN);
    std::vector<WindowRun> runs(kRuns);
    for (int run = 0; run < kRuns; ++run) {
      runs[run] = DescribeRun(ThetaOf(run, window), SeedOf(run), window == 0 ? 0 : kWindows[0]);
      runs[run].num_steps = kNumSteps;
      runs[run].begins = window == 0;
      runs[run].parameters = rows[run].parameters.data();
      runs[run].state = rows[run].state.data();
      runs[run].workspace = workspaces[run].data();
      runs[run].losses = losses.data() + run * steps;
    }
    RunBlocks(kRuns, threads, [&](size_t block, const EmulatedTeam& team) {
      EmulatedKernelsOf<Plan, EmulatedTeam>().window(window_task, plan, layout, runs[block],
                                                     shared.data(), team, steps);
    });
    all_losses.insert(all_losses.end(), losses.begin(), losses.end());
  }

  template <class Plan>
  Outcome ByTheKernel(const Plan& plan, size_t threads, size_t shared_bytes) const {
    Outcome outcome;
    std::vector<RunRow> rows = NewRows(plan.state_size);
    for (int window = 0; window < 2; ++window) {
      AdvanceByTheKernel(plan, threads, shared_bytes, window, rows, outcome.losses);
    }
    for (RunRow& row : rows) outcome.parameters.push_back(std::move(row.parameters));
    return outcome;
  }

  v1::Task config_;
  std::unique_ptr<Task> task_;
  const ImageMlp& mlp_;
  std::vector<float> theta_, sigmas_;
};

void ExpectSameBits(const std::vector<float>& a, const std::vector<float>& b, const char* what) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    // One NaN is as good as another.
    if (std::isnan(a[i]) && std::isnan(b[i])) continue;
    ASSERT_EQ(std::bit_cast<uint32_t>(a[i]), std::bit_cast<uint32_t>(b[i]))
        << what << "[" << i << "]: " << a[i] << " and " << b[i];
  }
}

TEST_P(WindowKernelTest, HasTheBitsOfTheFusedTierWhateverTheTeamAndThePlacement) {
  const Outcome expected = ByTheProcessor(MakeFusedRuns(GetParam().optimizer, *task_, kRuns));
  VisitPlan(GetParam().optimizer, task_->parameters(), [&](const auto& owned) {
    for (const size_t threads : {1, 32, 48}) {
      for (const size_t shared_bytes : {0, 20'000, 10'000'000}) {
        SCOPED_TRACE(testing::Message() << threads << " threads, " << shared_bytes << " bytes");
        const Outcome outcome = ByTheKernel(owned.plan, threads, shared_bytes);
        ExpectSameBits(outcome.losses, expected.losses, "losses");
        for (int run = 0; run < kRuns; ++run) {
          ExpectSameBits(outcome.parameters[run], expected.parameters[run], "parameters");
        }
      }
    }
  });
}

// So a snapshot of one goes on on the other.
TEST_P(WindowKernelTest, ARunMovesBetweenProcessorAndKernelAfterAnyWindow) {
  const auto make = [&] { return MakeFusedRuns(GetParam().optimizer, *task_, kRuns); };
  const Outcome expected = ByTheProcessor(make());
  VisitPlan(GetParam().optimizer, task_->parameters(), [&](const auto& owned) {
    Outcome there, back;
    const auto runs = make(), heirs = make();
    std::vector<RunRow> saved, rows = NewRows(owned.plan.state_size);
    for (int run = 0; run < kRuns; ++run) {
      ASSERT_TRUE(runs->Start(run, SeedOf(run), kNumSteps).ok());
      ASSERT_TRUE(heirs->Start(run, SeedOf(run), kNumSteps).ok());
    }
    AdvanceBy(*runs, 0, there.losses);
    for (int run = 0; run < kRuns; ++run) saved.push_back(*runs->Save(run));
    AdvanceByTheKernel(owned.plan, 32, 20'000, 1, saved, there.losses);
    ExpectSameBits(there.losses, expected.losses, "losses of the kernel's second window");
    AdvanceByTheKernel(owned.plan, 32, 20'000, 0, rows, back.losses);
    for (int run = 0; run < kRuns; ++run) {
      ASSERT_EQ(heirs->Restore(run, kWindows[0], rows[run]), absl::OkStatus());
    }
    AdvanceBy(*heirs, 1, back.losses);
    ExpectSameBits(back.losses, expected.losses, "losses of the processor's second window");
    for (int run = 0; run < kRuns; ++run) {
      ExpectSameBits(saved[run].parameters, expected.parameters[run], "parameters");
      ExpectSameBits(heirs->Parameters(run), expected.parameters[run], "parameters");
    }
  });
}

// The teams that a GPU has.
TEST_P(WindowKernelTest, HasTheBitsOfTheFusedTierAtFullSize) {
  const Outcome expected = ByTheProcessor(MakeFusedRuns(GetParam().optimizer, *task_, kRuns));
  VisitPlan(GetParam().optimizer, task_->parameters(), [&](const auto& owned) {
    for (const size_t threads : {160, 256}) {
      const Outcome outcome = ByTheKernel(owned.plan, threads, 100'000);
      ExpectSameBits(outcome.losses, expected.losses, "losses");
    }
  });
}

std::vector<Setting> Settings() {
  v1::LearnedOptimizer diverging = SgdConfig();
  diverging.mutable_learnable_sgd()->set_learning_rate(1e30);
  std::vector<Setting> settings = {
      {"adafac_mlp_on_a_deep_network", AdafacConfig(4, 2), {16, 9}},
      {"hyper_v2_on_a_deep_network", HyperV2Config(), {16, 9}},
      {"celo2_on_a_deep_network", Celo2Config(8, 2), {12, 20}},
      {"adafac_mlp_clipped_and_sized", WithStability(AdafacConfig(4, 2), false), {12}},
      {"adafac_mlp_with_curvature", WithCurvature(AdafacConfig(4, 2)), {12, 9}},
      {"mlp_lopt_with_curvature", WithCurvature(MlpLoptConfig(8, 2)), {12}},
      {"a_diverging_sgd", diverging, {12}}};
  for (const auto& [name, config] : FamilySamples()) settings.push_back({name, config, {12}});
  return settings;
}

INSTANTIATE_TEST_SUITE_P(Optimizers, WindowKernelTest, testing::ValuesIn(Settings()),
                         [](const auto& setting) { return setting.param.name; });

}  // namespace
}  // namespace paceline
