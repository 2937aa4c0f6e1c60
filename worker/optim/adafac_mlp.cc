#include <algorithm>

#include "common/base/portable_math.h"
#include "worker/optim/make.h"
#include "worker/optim/mlp_weights.h"
#include "worker/optim/staging.h"

namespace paceline {
namespace {

constexpr float kMomentumDecays[kAdafacDecays] = {0.9f, 0.99f, 0.999f};
constexpr float kRmsDecay = 0.999f;
constexpr float kFactoredDecays[kAdafacDecays] = {0.9f, 0.99f, 0.999f};

// Kernel input → column of reference 2.3: per element; v_row, its inverse roots; v_col, likewise.
constexpr size_t kInputRows[kAdafacFeatures] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,
                                                10, 11, 12, 25, 26, 27, 13, 14, 15, 19,
                                                20, 21, 16, 17, 18, 22, 23, 24};

std::vector<MlpWeights::LayerPaths> Paths(size_t layers) {
  std::vector<MlpWeights::LayerPaths> paths;
  for (size_t i = 0; i <= layers; ++i) {
    paths.push_back({"nn/~/w" + std::to_string(i), "nn/~/b" + std::to_string(i)});
  }
  return paths;
}

// d = 1 − (1 − d₀)·e^(10δ); 1 − d is that of the rounded d, as in a float32 program.
Decay LearnedDecay(float initial, float delta, bool clip) {
  const double complement = (1 - static_cast<double>(initial)) * PortableExp(10.0 * delta);
  float decay = static_cast<float>(1 - complement);
  if (clip) decay = std::clamp(decay, 0.0f, 1.0f);
  return {decay, 1 - decay};
}

AdafacDecays DecaysOf(const ThetaLayout& layout, std::span<const float> theta) {
  const auto leaf = [&](const char* path) { return &theta[layout.leaf(path).offset]; };
  AdafacDecays decays;
  for (size_t k = 0; k < kAdafacDecays; ++k) {
    decays.momenta[k] = LearnedDecay(kMomentumDecays[k], leaf("momentum_decays")[k], false);
    decays.factored[k] = LearnedDecay(kFactoredDecays[k], leaf("adafactor_decays")[k], true);
  }
  decays.rms = LearnedDecay(kRmsDecay, *leaf("rms_decays"), true);
  return decays;
}

struct PreparedAdafac : PreparedTheta {
  PreparedAdafac(const ThetaLayout& layout, std::span<const float> theta, const MlpShape& shape)
      : weights(layout, theta, shape, Paths(shape.layers), kInputRows),
        decays(DecaysOf(layout, theta)) {}
  MlpWeights weights;
  AdafacDecays decays;
};

// A tensor's plan and the masks of its rows and columns.
struct PlannedTensor {
  TensorPlan plan;
  std::vector<float> row_mask;
  std::vector<float> column_mask;
  size_t state_size = 0;
};

std::vector<float> Mask(size_t count) {
  std::vector<float> mask(Padded(count), 0.0f);
  std::fill_n(mask.begin(), count, 1.0f);
  return mask;
}

size_t SideSize(const TensorPlan& plan, size_t count) {
  return plan.batches.size() * kAdafacDecays * Padded(count);
}

// State of a tensor: momenta [3, n], rms [n], and second moments: of rows and of columns
// [batch, 3, padded] if factored, else [3, n].
PlannedTensor PlanTensor(const ParameterTensor& tensor) {
  PlannedTensor result;
  result.plan = PlanFactored(tensor);
  const TensorPlan& plan = result.plan;
  result.row_mask = Mask(plan.rows);
  result.column_mask = Mask(plan.columns);
  const size_t second_moments = plan.factored
                                    ? SideSize(plan, plan.rows) + SideSize(plan, plan.columns)
                                    : kAdafacDecays * plan.padded_size();
  result.state_size = (kAdafacDecays + 1) * plan.padded_size() + second_moments;
  return result;
}

// Room for any one tensor.
struct Scratch {
  MlpScratch mlp;
  StagingBuffers staging;
  float* inverse_rms;
  float* row_start;
  float* column_start;
  struct Side {
    float* sums;
    float* inverse_roots;
    float* factors;
  } rows, columns;

  static Side TakeSide(size_t size, FloatArena& arena) {
    return {arena.Take(size / kAdafacDecays), arena.Take(size), arena.Take(size)};
  }
  static Scratch Take(const MlpShape& shape, const std::vector<TensorPlan>& plans,
                      FloatArena& arena);
};

Scratch Scratch::Take(const MlpShape& shape, const std::vector<TensorPlan>& plans,
                      FloatArena& arena) {
  size_t elements = 0, rows = 0, columns = 0, row_side = 0, column_side = 0;
  for (const TensorPlan& plan : plans) {
    elements = std::max(elements, plan.padded_size());
    if (!plan.factored) continue;
    rows = std::max(rows, plan.rows);
    columns = std::max(columns, plan.padded_columns());
    row_side = std::max(row_side, SideSize(plan, plan.rows));
    column_side = std::max(column_side, SideSize(plan, plan.columns));
  }
  Scratch scratch;
  scratch.mlp = MlpScratch::Take(shape, kAdafacFeatures, arena);
  scratch.staging = StagingBuffers::Take(plans, arena);
  scratch.inverse_rms = arena.Take(elements);
  scratch.row_start = arena.Take(rows * Padded(shape.hidden));
  scratch.column_start = arena.Take(columns * shape.hidden);
  scratch.rows = TakeSide(row_side, arena);
  scratch.columns = TakeSide(column_side, arena);
  return scratch;
}

class AdafacMlp : public Optimizer {
 public:
  AdafacMlp(ThetaLayout layout, const MlpShape& shape, const std::vector<ParameterTensor>& tensors,
            const OptimKernels& kernels)
      : layout_(std::move(layout)), shape_(shape), kernels_(kernels) {
    for (const ParameterTensor& tensor : tensors) {
      tensors_.push_back(PlanTensor(tensor));
      plans_.push_back(tensors_.back().plan);
      state_size_ += tensors_.back().state_size;
    }
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
    return std::make_unique<PreparedAdafac>(layout_, theta, shape_);
  }
  void Update(const PreparedTheta& prepared, int64_t iteration, float,
              std::span<const float> gradient, std::span<float> parameters, std::span<float> state,
              std::span<float> scratch) const override;

 private:
  void UpdateTensor(const PlannedTensor& tensor, const PreparedAdafac& prepared,
                    const StagedTensor& staged, float* state, const Scratch& scratch) const;
  void UpdateVector(const PlannedTensor& tensor, const PreparedAdafac& prepared,
                    const StagedTensor& staged, float* state, const Scratch& scratch) const;

  const ThetaLayout layout_;
  const MlpShape shape_;
  const OptimKernels& kernels_;
  std::vector<PlannedTensor> tensors_;
  std::vector<TensorPlan> plans_;
  size_t state_size_ = 0;
  size_t scratch_size_ = 0;
};

void AdafacMlp::Update(const PreparedTheta& prepared, int64_t iteration, float,
                       std::span<const float> gradient, std::span<float> parameters,
                       std::span<float> state, std::span<float> scratch) const {
  const auto& own = static_cast<const PreparedAdafac&>(prepared);
  FloatArena arena{scratch};
  const Scratch slices = Scratch::Take(shape_, plans_, arena);
  const MlpView& mlp = own.weights.view();
  kernels_.time_start(iteration, mlp.first_bias, own.weights.time_weights(), mlp.padded_hidden,
                      slices.mlp.start);
  float* tensor_state = state.data();
  for (const PlannedTensor& tensor : tensors_) {
    if (tensor.plan.size == 0) continue;
    const StagedTensor staged(tensor.plan, gradient, parameters, slices.staging);
    if (tensor.plan.factored) {
      UpdateTensor(tensor, own, staged, tensor_state, slices);
    } else {
      UpdateVector(tensor, own, staged, tensor_state, slices);
    }
    tensor_state += tensor.state_size;
  }
}

void AdafacMlp::UpdateTensor(const PlannedTensor& tensor, const PreparedAdafac& prepared,
                             const StagedTensor& staged, float* state,
                             const Scratch& scratch) const {
  const TensorPlan& plan = tensor.plan;
  float* rms = state + kAdafacDecays * plan.padded_size();
  float* row_moments = rms + plan.padded_size();
  const auto side = [](size_t size, const std::vector<float>& mask, float* moments,
                       const Scratch::Side& own) {
    return AdafacSide{.size = size,
                      .padded = mask.size(),
                      .mask = mask.data(),
                      .sums = own.sums,
                      .moments = moments,
                      .inverse_roots = own.inverse_roots,
                      .factors = own.factors};
  };
  kernels_.adafac_tensor({.mlp = prepared.weights.view(),
                          .start = scratch.mlp.start,
                          .decays = &prepared.decays,
                          .size = plan.size,
                          .batches = plan.batches.size(),
                          .columns_are_larger = plan.columns_are_larger,
                          .gradient = staged.gradient(),
                          .parameters = staged.parameters(),
                          .momenta = state,
                          .rms = rms,
                          .inverse_rms = scratch.inverse_rms,
                          .rows = side(plan.rows, tensor.row_mask, row_moments, scratch.rows),
                          .columns = side(plan.columns, tensor.column_mask,
                                          row_moments + SideSize(plan, plan.rows), scratch.columns),
                          .scaled_weights = scratch.mlp.scaled_weights,
                          .row_start = scratch.row_start,
                          .column_start = scratch.column_start});
}

void AdafacMlp::UpdateVector(const PlannedTensor& tensor, const PreparedAdafac& prepared,
                             const StagedTensor& staged, float* state,
                             const Scratch& scratch) const {
  const size_t padded = tensor.plan.padded_size();
  kernels_.adafac_vector({.mlp = prepared.weights.view(),
                          .start = scratch.mlp.start,
                          .decays = &prepared.decays,
                          .size = tensor.plan.size,
                          .mask = tensor.column_mask.data(),
                          .gradient = staged.gradient(),
                          .parameters = staged.parameters(),
                          .momenta = state,
                          .rms = state + kAdafacDecays * padded,
                          .moments = state + (kAdafacDecays + 1) * padded,
                          .inverse_rms = scratch.inverse_rms,
                          .scaled_weights = scratch.mlp.scaled_weights});
}

}  // namespace

std::unique_ptr<Optimizer> MakeAdafacMlp(ThetaLayout layout, const v1::AdafacMlp& config,
                                         const std::vector<ParameterTensor>& tensors,
                                         const OptimKernels& kernels) {
  const MlpShape shape{.hidden = config.hidden(),
                       .layers = config.layers(),
                       .exp_multiplier = static_cast<float>(config.exp_multiplier()),
                       .step_multiplier = static_cast<float>(config.step_multiplier())};
  return std::make_unique<AdafacMlp>(std::move(layout), shape, tensors, kernels);
}

}  // namespace paceline
