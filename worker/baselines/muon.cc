#include "worker/baselines/muon.h"

#include <algorithm>
#include <cmath>

#include "common/base/aligned_floats.h"
#include "common/lane/dispatch.h"
#include "common/lopt/plan/sum_scratch.h"
#include "worker/baselines/adamw.h"
#include "worker/baselines/muon_loop.h"
#include "worker/baselines/plain_theta.h"
#include "worker/baselines/rate_schedule.h"

namespace paceline {
namespace {

enum Place { kRate, kWarmup, kMomentum, kRestRate, kThetaSize };

constexpr uint32_t kIterations = 5;
constexpr float kRestBeta1 = 0.9f, kRestBeta2 = 0.99f;

// One tensor, and where its momentum, or AdamW's m and v, begin in the state.
struct Part {
  size_t offset = 0;
  size_t size = 0;
  uint32_t rows = 0, columns = 0;  // of a matrix; else 0
  size_t state = 0;
};

uint32_t RowsOf(const ParameterTensor& tensor) {
  return static_cast<uint32_t>(tensor.size / static_cast<size_t>(tensor.shape.back()));
}

void Orthogonalize(const NewtonSchulzPlan& plan, const Part& part, float* matrix, float* scratch) {
  switch (lane::ActiveTarget()) {
    case lane::Target::kScalar:
      return simd_Scalar::OrthogonalizeLoop(plan, part.rows, part.columns, matrix, scratch);
    case lane::Target::kAvx2:
      return simd_Avx2::OrthogonalizeLoop(plan, part.rows, part.columns, matrix, scratch);
    case lane::Target::kAvx512:
      return simd_Avx512::OrthogonalizeLoop(plan, part.rows, part.columns, matrix, scratch);
  }
}

class Muon : public Optimizer {
 public:
  explicit Muon(const std::vector<ParameterTensor>& tensors) {
    for (const ParameterTensor& tensor : tensors) {
      if (tensor.size == 0) continue;
      Part part{.offset = tensor.offset, .size = tensor.size, .state = state_size_};
      if (IsMuonMatrix(tensor)) {
        part.rows = RowsOf(tensor);
        part.columns = static_cast<uint32_t>(tensor.shape.back());
      }
      state_size_ += (part.rows > 0 ? 1 : 2) * tensor.size;
      parts_.push_back(part);
    }
    PlanScratch();
  }

  size_t state_size() const override { return state_size_; }
  size_t prepared_size() const override { return kThetaSize; }
  size_t scratch_size() const override { return scratch_size_ + AlignedFloats::kSlack; }
  void InitState(const PreparedTheta&, std::span<float> state) const override {
    std::ranges::fill(state, 0.0f);
  }
  std::unique_ptr<PreparedTheta> Prepare(std::span<const float> theta) const override {
    return std::make_unique<PlainTheta>(theta);
  }

  void Update(const PreparedTheta& prepared, const InnerStep& step, std::span<float> parameters,
              std::span<float> state, std::span<float> scratch) const override {
    const std::vector<float>& theta = PlainValues(prepared);
    const double factor = RateFactor({.warmup = theta[kWarmup]}, step.iteration, step.num_steps);
    const auto rate = static_cast<float>(theta[kRate] * factor);
    AdamWStep rest{.rate = static_cast<float>(theta[kRestRate] * factor)};
    rest.SetBetas(kRestBeta1, kRestBeta2, step.iteration);
    for (const Part& part : parts_) {
      const float* gradient = step.gradient + part.offset;
      float* p = parameters.data() + part.offset;
      float* own = state.data() + part.state;
      if (part.rows > 0) {
        UpdateMatrix(part, rate, theta[kMomentum], gradient, p, own,
                     AlignedFloats::AlignUp(scratch.data()));
      } else {
        UpdateByAdamW(rest, part.size, gradient, p, own, own + part.size);
      }
    }
  }

 private:
  // Room for the largest of each array of any matrix; the direction first.
  void PlanScratch() {
    const auto take = [&](const auto& size) {
      const size_t begin = scratch_size_;
      size_t largest = 0;
      for (const Part& part : parts_) {
        const uint32_t n = std::min(part.rows, part.columns), m = std::max(part.rows, part.columns);
        largest = std::max<size_t>(largest, size(part, n, m));
      }
      scratch_size_ += largest;
      return static_cast<uint32_t>(begin);
    };
    take([](const Part& part, size_t, size_t) { return size_t{part.rows} * Padded(part.columns); });
    const auto square = [](const Part&, size_t n, uint32_t) { return n * Padded(n); };
    plan_.steps = kIterations;
    for (uint32_t& x : plan_.x) {
      x = take([](const Part&, size_t n, uint32_t m) { return n * Padded(m); });
    }
    plan_.transposed = take([](const Part&, uint32_t n, size_t m) { return m * Padded(n); });
    plan_.gram = take(square);
    plan_.mixed = take(square);
    plan_.sums = static_cast<uint32_t>(scratch_size_);
    scratch_size_ += kLaneGroup + SumScratch(1);
  }

  void UpdateMatrix(const Part& part, float rate, float momentum, const float* gradient, float* p,
                    float* m, float* scratch) const {
    const size_t stride = Padded(part.columns);
    for (size_t row = 0, i = 0; row < part.rows; ++row) {
      for (size_t column = 0; column < part.columns; ++column, ++i) {
        m[i] = momentum * m[i] + gradient[i];
        scratch[row * stride + column] = gradient[i] + momentum * m[i];
      }
    }
    Orthogonalize(plan_, part, scratch, scratch);
    const float ratio = static_cast<float>(part.columns) / static_cast<float>(part.rows);
    const float scale = rate * std::sqrt(std::max(1.0f, ratio));
    for (size_t row = 0, i = 0; row < part.rows; ++row) {
      for (size_t column = 0; column < part.columns; ++column, ++i) {
        p[i] -= scale * scratch[row * stride + column];
      }
    }
  }

  std::vector<Part> parts_;
  NewtonSchulzPlan plan_;
  size_t state_size_ = 0;
  size_t scratch_size_ = 0;
};

}  // namespace

bool IsMuonMatrix(const ParameterTensor& tensor) {
  return tensor.shape.size() >= 2 && tensor.kind != TensorKind::kEmbedding && tensor.size > 0;
}

std::unique_ptr<Optimizer> MakeMuon(const std::vector<ParameterTensor>& tensors) {
  return std::make_unique<Muon>(tensors);
}

Baseline MuonBaseline() {
  return {.key = "muon",
          .title = "Muon",
          .knobs = {{.name = "learning rate",
                     .values = {1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1}},
                    {.name = "warm-up", .values = {0, 0.05, 0.1, 0.2}},
                    {.name = "momentum", .values = {0.8, 0.9, 0.95}},
                    {.name = "AdamW's rate", .values = {1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1}}},
          .theta =
              [](std::span<const double> values) {
                return std::vector<float>(values.begin(), values.end());
              },
          .make = MakeMuon,
          .suits =
              [](const std::vector<ParameterTensor>& tensors) {
                return std::ranges::any_of(tensors, IsMuonMatrix);
              }};
}

}  // namespace paceline
