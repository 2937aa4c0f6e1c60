#include <algorithm>

#include "worker/optim/make.h"
#include "worker/optim/mlp_weights.h"
#include "worker/optim/staging.h"

namespace paceline {
namespace {

constexpr float kDecays[kMlpLoptMomenta] = {0.1f, 0.5f, 0.9f, 0.99f, 0.999f, 0.9999f};
constexpr size_t kInputRows[kMlpLoptFeatures] = {0, 1, 2, 3, 4, 5, 6, 7};

std::vector<MlpWeights::LayerPaths> Paths(size_t layers) {
  std::vector<MlpWeights::LayerPaths> paths;
  for (size_t i = 0; i <= layers; ++i) {
    const std::string layer = "mlp/~/linear_" + std::to_string(i);
    paths.push_back({layer + "/w", layer + "/b"});
  }
  return paths;
}

struct PreparedMlpLopt : PreparedTheta {
  PreparedMlpLopt(const ThetaLayout& layout, std::span<const float> theta, const MlpShape& shape)
      : weights(layout, theta, shape, Paths(shape.layers), kInputRows) {}
  MlpWeights weights;
};

struct Scratch {
  MlpScratch mlp;
  StagingBuffers staging;

  static Scratch Take(const MlpShape& shape, const std::vector<TensorPlan>& plans,
                      FloatArena& arena) {
    Scratch scratch;
    scratch.mlp = MlpScratch::Take(shape, kMlpLoptFeatures, arena);
    scratch.staging = StagingBuffers::Take(plans, arena);
    return scratch;
  }
};

// State of a tensor: momenta [6, padded].
class MlpLopt : public Optimizer {
 public:
  MlpLopt(ThetaLayout layout, const MlpShape& shape, const std::vector<ParameterTensor>& tensors,
          const OptimKernels& kernels)
      : layout_(std::move(layout)), shape_(shape), kernels_(kernels) {
    for (const ParameterTensor& tensor : tensors) {
      plans_.push_back(PlanFlat(tensor));
      state_size_ += kMlpLoptMomenta * plans_.back().padded_size();
    }
    for (size_t k = 0; k < kMlpLoptMomenta; ++k) decays_[k] = {kDecays[k], 1 - kDecays[k]};
    FloatArena counter;
    Scratch::Take(shape_, plans_, counter);
    scratch_size_ = counter.needed();
  }

  size_t state_size() const override { return state_size_; }
  size_t scratch_size() const override { return scratch_size_; }
  void InitState(const PreparedTheta&, std::span<float> state) const override {
    std::ranges::fill(state, 0.0f);
  }
  std::unique_ptr<PreparedTheta> Prepare(std::span<const float> theta) const override {
    return std::make_unique<PreparedMlpLopt>(layout_, theta, shape_);
  }
  void Update(const PreparedTheta& prepared, int64_t iteration, float,
              std::span<const float> gradient, std::span<float> parameters, std::span<float> state,
              std::span<float> scratch) const override;

 private:
  const ThetaLayout layout_;
  const MlpShape shape_;
  const OptimKernels& kernels_;
  std::vector<TensorPlan> plans_;
  Decay decays_[kMlpLoptMomenta];
  size_t state_size_ = 0;
  size_t scratch_size_ = 0;
};

void MlpLopt::Update(const PreparedTheta& prepared, int64_t iteration, float,
                     std::span<const float> gradient, std::span<float> parameters,
                     std::span<float> state, std::span<float> scratch) const {
  const MlpWeights& weights = static_cast<const PreparedMlpLopt&>(prepared).weights;
  FloatArena arena{scratch};
  const Scratch own = Scratch::Take(shape_, plans_, arena);
  kernels_.time_start(iteration, weights.view().first_bias, weights.time_weights(),
                      weights.view().padded_hidden, own.mlp.start);
  float* momenta = state.data();
  for (const TensorPlan& plan : plans_) {
    if (plan.size == 0) continue;
    const StagedTensor staged(plan, gradient, parameters, own.staging);
    kernels_.mlp_lopt({.mlp = weights.view(),
                       .start = own.mlp.start,
                       .decays = decays_,
                       .size = plan.size,
                       .gradient = staged.gradient(),
                       .parameters = staged.parameters(),
                       .momenta = momenta,
                       .scaled_weights = own.mlp.scaled_weights});
    momenta += kMlpLoptMomenta * plan.padded_size();
  }
}

}  // namespace

std::unique_ptr<Optimizer> MakeMlpLopt(ThetaLayout layout, const v1::MlpLopt& config,
                                       const std::vector<ParameterTensor>& tensors,
                                       const OptimKernels& kernels) {
  const MlpShape shape{.hidden = config.hidden(),
                       .layers = config.layers(),
                       .exp_multiplier = static_cast<float>(config.exp_multiplier()),
                       .step_multiplier = static_cast<float>(config.step_multiplier())};
  return std::make_unique<MlpLopt>(std::move(layout), shape, tensors, kernels);
}

}  // namespace paceline
