#include "worker/baselines/adamw.h"

#include <algorithm>
#include <cmath>

#include "common/lane/dispatch.h"
#include "worker/baselines/plain_theta.h"
#include "worker/baselines/rate_schedule.h"

namespace paceline {
namespace {

enum Place { kRate, kWarmup, kCosine, kBeta1, kBeta2, kWeightDecay };

class AdamW : public Optimizer {
 public:
  explicit AdamW(const std::vector<ParameterTensor>& tensors) {
    for (const ParameterTensor& tensor : tensors) count_ += tensor.size;
  }

  size_t state_size() const override { return 2 * count_; }
  size_t prepared_size() const override { return kWeightDecay + 1; }
  size_t scratch_size() const override { return 0; }
  void InitState(const PreparedTheta&, std::span<float> state) const override {
    std::ranges::fill(state, 0.0f);
  }
  std::unique_ptr<PreparedTheta> Prepare(std::span<const float> theta) const override {
    return std::make_unique<PlainTheta>(theta);
  }
  void Update(const PreparedTheta& prepared, const InnerStep& step, std::span<float> parameters,
              std::span<float> state, std::span<float>) const override {
    const std::vector<float>& theta = PlainValues(prepared);
    const RateSchedule schedule = {.warmup = theta[kWarmup], .cosine = theta[kCosine] != 0};
    const double factor = RateFactor(schedule, step.iteration, step.num_steps);
    AdamWStep own{.rate = static_cast<float>(theta[kRate] * factor),
                  .weight_decay = theta[kWeightDecay]};
    own.SetBetas(theta[kBeta1], theta[kBeta2], step.iteration);
    UpdateByAdamW(own, count_, step.gradient, parameters.data(), state.data(),
                  state.data() + count_);
  }

 private:
  size_t count_ = 0;
};

}  // namespace

void AdamWStep::SetBetas(float first, float second, int64_t iteration) {
  const auto correction = [&](double beta) {
    return static_cast<float>(1 / (1 - std::pow(beta, static_cast<double>(iteration + 1))));
  };
  beta1 = first;
  beta2 = second;
  correction1 = correction(first);
  correction2 = correction(second);
}

void UpdateByAdamW(const AdamWStep& step, size_t count, const float* gradient, float* p, float* m,
                   float* v) {
  switch (lane::ActiveTarget()) {
    case lane::Target::kScalar:
      return simd_Scalar::AdamWLoop(step, count, gradient, p, m, v);
    case lane::Target::kAvx2:
      return simd_Avx2::AdamWLoop(step, count, gradient, p, m, v);
    case lane::Target::kAvx512:
      return simd_Avx512::AdamWLoop(step, count, gradient, p, m, v);
  }
}

std::unique_ptr<Optimizer> MakeAdamW(const std::vector<ParameterTensor>& tensors) {
  return std::make_unique<AdamW>(tensors);
}

Baseline AdamWBaseline() {
  return {.key = "adamw",
          .title = "AdamW",
          .knobs = {{.name = "learning rate",
                     .values = {1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5,
                                1}},
                    {.name = "warm-up", .values = {0, 0.05, 0.1, 0.2}},
                    {.name = "decay", .values = {0, 1}, .words = {"linear", "cosine"}},
                    {.name = "beta1", .values = {0.8, 0.9, 0.95}},
                    {.name = "beta2", .values = {0.9, 0.95, 0.99, 0.999}},
                    {.name = "weight decay", .values = {0, 1e-3, 1e-2, 0.1}}},
          .theta =
              [](std::span<const double> values) {
                return std::vector<float>(values.begin(), values.end());
              },
          .make = MakeAdamW};
}

}  // namespace paceline
