// Fused windows and the fused optimizer on the device against the processor, bit by bit.
#include <cmath>
#include <random>

#include "common/base/aligned_floats.h"
#include "common/lopt/layout.h"
#include "tests/gpu/checks.h"
#include "tests/gpu/json_line.h"
#include "tests/testing/sample_problems.h"
#include "worker/cuda/optimizer.h"
#include "worker/engine/inner_runs.h"

namespace paceline {
namespace {

constexpr int kRuns = 6;
constexpr int64_t kSteps = 12;

struct Outcome {
  std::vector<float> losses, parameters;
  bool operator==(const Outcome& other) const {
    return SameBits(losses, other.losses) && SameBits(parameters, other.parameters);
  }
};

// Three windows under perturbed θ, the second with a σ for each element; before the last one, run 0
// is copied over run 1 and run 2 begins another episode.
absl::StatusOr<Outcome> Train(InnerRuns& runs, std::span<const float> theta) {
  Outcome outcome;
  std::vector<float> sigmas;
  for (size_t i = 0; i < theta.size(); ++i) {
    sigmas.push_back(0.005f * static_cast<float>(1 + i % 3));
  }
  for (int run = 0; run < kRuns; ++run) {
    if (absl::Status s = runs.Start(run, {5, static_cast<uint32_t>(run / 2), 1}, 1000); !s.ok())
      return s;
  }
  for (uint32_t window = 0; window < 3; ++window) {
    if (window == 2) {
      runs.Copy(0, 1);
      if (absl::Status s = runs.Start(2, {5, 77, 2}, 1000); !s.ok()) return s;
    }
    std::vector<RunTheta> thetas;
    for (int run = 0; run < kRuns; ++run) {
      const Stream noise = {.key = 5,
                            .purpose = Purpose::kPerturbation,
                            .particle = static_cast<uint32_t>(run / 2),
                            .step = window};
      const float sign = run == 5 ? 0.0f : run % 2 == 0 ? 1.0f : -1.0f;
      if (window == 1) {
        thetas.push_back({theta, noise, sign, sigmas});
      } else {
        thetas.push_back({theta, noise, 0.01f * sign});
      }
    }
    std::vector<float> losses(kRuns * kSteps);
    if (absl::Status s = runs.Advance(thetas, kSteps, losses); !s.ok()) return s;
    outcome.losses.insert(outcome.losses.end(), losses.begin(), losses.end());
  }
  for (int run = 0; run < kRuns; ++run) {
    const std::vector<float> parameters = runs.Parameters(run);
    outcome.parameters.insert(outcome.parameters.end(), parameters.begin(), parameters.end());
  }
  return outcome;
}

absl::Status CheckWindow(GpuCheck& check, const char* task_name, const ImageMlp& task,
                         const NamedOptimizer& optimizer) {
  const std::vector<float> theta = InitialTheta(LayoutOf(optimizer.config), 3);
  const auto expected = Train(*MakeFusedRuns(optimizer.config, task, kRuns), theta);
  if (!expected.ok()) return expected.status();
  JsonLine line("window");
  line.Add("task", task_name).Add("optimizer", optimizer.name);
  if (!check.dry_run()) {
    bool same = true;
    // The second time as the first; the rest differ in team and placement.
    std::vector<cuda::WindowTuning> tunings = {{}, {32, 4}};
    if (!check.quick) tunings.insert(tunings.end(), {{}, {256, 1}, {96, 64}, {64, 2}});
    for (const cuda::WindowTuning& tuning : tunings) {
      auto runs = MakeCudaRuns(optimizer.config, task, kRuns, check.device, tuning);
      if (!runs.ok()) return runs.status();
      const auto outcome = Train(**runs, theta);
      if (!outcome.ok()) return outcome.status();
      same &= *outcome == *expected;
    }
    check.failed |= !same;
    line.Add("bit_equal", same);
  }
  line.Add("dry_run", check.dry_run()).Print(check.out);
  return absl::OkStatus();
}

// What the optimizer is given.
struct UpdateProblem {
  static constexpr int kUpdates = 5;
  static constexpr int64_t kNumSteps = 20;
  std::vector<ParameterTensor> tensors = TensorsOf({{3, 3, 16, 32}, {32}, {200, 10}, {}});
  size_t size = tensors.back().offset + tensors.back().size;
  std::vector<float> thetas, parameters, gradients;  // [run, ...]
  size_t theta_size = 0;

  explicit UpdateProblem(const v1::LearnedOptimizer& config) {
    std::mt19937 random(5);
    std::normal_distribution<float> normal;
    const std::vector<float> theta = InitialTheta(LayoutOf(config), 3);
    theta_size = theta.size();
    for (int run = 0; run < kRuns; ++run) {
      for (const float t : theta) thetas.push_back(t + 0.01f * normal(random));
    }
    for (size_t i = 0; i < kRuns * size; ++i) {
      parameters.push_back(0.1f * normal(random));
      gradients.push_back(0.05f * normal(random));
    }
  }
};

std::vector<float> UpdateOnProcessor(const v1::LearnedOptimizer& config, const UpdateProblem& p) {
  std::vector<float> parameters = p.parameters;
  const auto optimizer = MakeOptimizer(config, p.tensors, Arithmetic::kSimd);
  for (int run = 0; run < kRuns; ++run) {
    const auto prepared =
        optimizer->Prepare(std::span(p.thetas).subspan(run * p.theta_size, p.theta_size));
    AlignedFloats state(optimizer->state_size()), scratch(optimizer->scratch_size());
    optimizer->InitState(*prepared, state.span());
    for (int update = 0; update < UpdateProblem::kUpdates; ++update) {
      const InnerStep step = {.iteration = update,
                              .num_steps = UpdateProblem::kNumSteps,
                              .loss = 1,
                              .gradient = p.gradients.data() + run * p.size};
      optimizer->Update(*prepared, step, std::span(parameters).subspan(run * p.size, p.size),
                        state.span(), scratch.span());
    }
  }
  return parameters;
}

absl::StatusOr<std::vector<float>> UpdateOnDevice(const cuda::Device& device,
                                                  const v1::LearnedOptimizer& config,
                                                  const UpdateProblem& p) {
  auto stream = cuda::Stream::Create(device);
  if (!stream.ok()) return stream.status();
  auto optimizer = cuda::MakeOptimizer(device, config, p.tensors);
  if (!optimizer.ok()) return optimizer.status();
  const OptimizerSizes sizes = (*optimizer)->sizes();
  const size_t all = sizes.prepared + sizes.state + sizes.scratch;
  auto work = cuda::Array<float>::Allocate(device, kRuns * all);
  const auto upload = [&](const std::vector<float>& values) {
    return cuda::Array<float>::Of(device, *stream, std::span<const float>(values));
  };
  auto thetas = upload(p.thetas), parameters = upload(p.parameters),
       gradients = upload(p.gradients);
  const auto counts = [&](int64_t value) {
    const std::vector<int64_t> values(kRuns, value);
    return cuda::Array<int64_t>::Of(device, *stream, std::span<const int64_t>(values));
  };
  auto iterations = counts(0), num_steps = counts(UpdateProblem::kNumSteps);
  auto losses = upload(std::vector<float>(kRuns, 1));
  for (const absl::Status& status :
       {work.status(), thetas.status(), parameters.status(), gradients.status(),
        iterations.status(), num_steps.status(), losses.status()}) {
    if (!status.ok()) return status;
  }
  const UpdateArrays arrays = {.thetas = thetas->data(),
                               .theta_stride = p.theta_size,
                               .prepared = work->data(),
                               .prepared_stride = all,
                               .states = work->data() + sizes.prepared,
                               .state_stride = all,
                               .gradients = gradients->data(),
                               .parameters = parameters->data(),
                               .gradient_stride = p.size,
                               .parameter_stride = p.size,
                               .scratch = work->data() + sizes.prepared + sizes.state,
                               .scratch_stride = all,
                               .losses = losses->data(),
                               .iterations = iterations->data(),
                               .num_steps = num_steps->data()};
  absl::Status status = (*optimizer)->LaunchPrepare(stream->raw(), arrays, nullptr, kRuns);
  for (int update = 0; update < UpdateProblem::kUpdates && status.ok(); ++update) {
    status = (*optimizer)->LaunchUpdate(stream->raw(), arrays, kRuns);
  }
  std::vector<float> out(p.parameters.size());
  if (status.ok()) status = parameters->Download(*stream, 0, std::span(out));
  if (status.ok()) status = stream->Wait();
  if (!status.ok()) return status;
  return out;
}

}  // namespace

absl::Status CheckWindows(GpuCheck& check) {
  const auto small = MadeUpTask(8, {32}, v1::ACTIVATION_RELU, 128);
  const auto deep = MadeUpTask(9, {17, 24, 5}, v1::ACTIVATION_GELU, 37);
  for (const NamedOptimizer& optimizer : Optimizers(check.quick)) {
    absl::Status status = CheckWindow(check, "mlp:64-32-10 relu", *small, optimizer);
    if (status.ok()) status = CheckWindow(check, "mlp:81-17-24-5-10 gelu", *deep, optimizer);
    if (!status.ok()) return status;
  }
  if (check.quick) return absl::OkStatus();
  const auto large = MadeUpTask(28, {128, 128}, v1::ACTIVATION_TANH, 16);
  return CheckWindow(check, "mlp:784-128-128-10 tanh", *large, {"AdafacMLP h4", Adafac(4)});
}

absl::Status CheckOptimizer(GpuCheck& check) {
  for (const NamedOptimizer& optimizer : Optimizers(check.quick)) {
    const UpdateProblem problem(optimizer.config);
    const std::vector<float> expected = UpdateOnProcessor(optimizer.config, problem);
    JsonLine line("optimizer");
    line.Add("optimizer", optimizer.name).Add("parameters", problem.size);
    if (!check.dry_run()) {
      const auto out = UpdateOnDevice(*check.device, optimizer.config, problem);
      if (!out.ok()) return out.status();
      const bool same = SameBits(*out, expected);
      check.failed |= !same;
      line.Add("bit_equal", same);
    }
    line.Add("dry_run", check.dry_run()).Print(check.out);
  }
  return absl::OkStatus();
}

}  // namespace paceline
