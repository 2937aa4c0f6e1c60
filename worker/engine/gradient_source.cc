#include "worker/engine/gradient_source.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "common/base/aligned_floats.h"
#include "worker/kernels/mlp.h"
#include "worker/network/fused/fused_network.h"
#include "worker/task/augment/augmented_task.h"
#include "worker/task/curvature.h"
#include "worker/task/image_mlp/image_mlp.h"
#include "worker/task/network/network_task.h"
#include "worker/task/policy_gradient/policy_gradient_task.h"

namespace paceline {
namespace {

class PlainSource : public GradientSource {
 public:
  explicit PlainSource(const Task& task) : task_(task) {}
  float LossAndGradient(const RunSeed& seed, int64_t step, std::span<const float> parameters,
                        std::span<float> gradient) override {
    return task_.LossAndGradient(seed, step, parameters, gradient);
  }
  void CurvatureDiagonals(const RunSeed& seed, int64_t step, std::span<const float> parameters,
                          std::span<float> hessian, std::span<float> gauss_newton) override {
    std::vector<float> probe(parameters.size());
    CurvatureProbe(seed, step, probe);
    task_.CurvatureProducts(seed, step, parameters, probe, hessian, gauss_newton);
    ToDiagonal(probe, hessian);
    ToDiagonal(probe, gauss_newton);
  }

 private:
  const Task& task_;
};

class ImageMlpKernelSource : public GradientSource {
 public:
  ImageMlpKernelSource(const ImageMlp& task, lane::Target target)
      : task_(task),
        kernel_(KernelShape(task), target),
        inputs_(task.widths().front()),
        next_indices_(task.batch()),
        labels_(task.batch()),
        images_(task.batch() * inputs_),
        scratch_(kernel_.scratch_size()) {}

  float LossAndGradient(const RunSeed& seed, int64_t step, std::span<const float> parameters,
                        std::span<float> gradient) override {
    if (seed != drawn_seed_ || step != drawn_step_) Draw(seed, step);
    PrefetchSome();
    return kernel_.LossAndGradient(images_.span(), labels_, parameters, gradient, scratch_.span());
  }

  void CurvatureDiagonals(const RunSeed& seed, int64_t step, std::span<const float> parameters,
                          std::span<float> hessian, std::span<float> gauss_newton) override {
    if (seed != drawn_seed_ || step != drawn_step_) Draw(seed, step);
    if (!curvature_) curvature_.emplace(kernel_, parameters.size());
    curvature_->Run(*this, seed, step, parameters, hessian, gauss_newton);
  }

 private:
  // What only curvature needs; the kernel makes both products.
  struct Curvature {
    Curvature(const kernels::MlpKernel& kernel, size_t parameters)
        : probe(parameters),
          hessian(parameters),
          gauss_newton(parameters),
          scratch(kernel.curvature_scratch_size()) {}

    void Run(const ImageMlpKernelSource& own, const RunSeed& seed, int64_t step,
             std::span<const float> parameters, std::span<float> hessian_to,
             std::span<float> gauss_newton_to) {
      CurvatureProbe(seed, step, probe.span());
      own.kernel_.CurvatureProducts(own.images_.span(), own.labels_, parameters, probe.span(),
                                    hessian.span(), gauss_newton.span(), scratch.span());
      std::copy_n(hessian.data(), hessian_to.size(), hessian_to.begin());
      std::copy_n(gauss_newton.data(), gauss_newton_to.size(), gauss_newton_to.begin());
      ToDiagonal(probe.span(), hessian_to);
      ToDiagonal(probe.span(), gauss_newton_to);
    }
    AlignedFloats probe, hessian, gauss_newton, scratch;
  };

  void Draw(const RunSeed& seed, int64_t step) {
    const bool expected = seed == drawn_seed_ && step == drawn_step_ + 1;
    if (!expected) task_.BatchIndices(seed, step, next_indices_);
    const Examples& train = task_.data().train;
    for (size_t b = 0; b < next_indices_.size(); ++b) {
      const uint32_t example = next_indices_[b];
      std::copy_n(train.images.data() + example * inputs_, inputs_, images_.data() + b * inputs_);
      labels_[b] = train.labels[example];
    }
    task_.ChangeImages(images_.span());
    task_.ChangeLabels(seed, step, labels_);
    drawn_seed_ = seed;
    drawn_step_ = step;
    task_.BatchIndices(seed, step + 1, next_indices_);
    prefetched_ = 0;
  }

  // A part of the next step's examples, while this one's are worked on: they lie all over the data
  // set, which is in no cache of a core.
  void PrefetchSome() {
    constexpr size_t kLine = 64 / sizeof(float);
    const size_t end = std::min(prefetched_ + next_indices_.size() / 2 + 1, next_indices_.size());
    for (; prefetched_ < end; ++prefetched_) {
      const float* row = task_.data().train.images.data() + next_indices_[prefetched_] * inputs_;
      for (size_t i = 0; i < inputs_; i += kLine) __builtin_prefetch(row + i, 0, 2);
    }
  }

  const ImageMlp& task_;
  kernels::MlpKernel kernel_;
  size_t inputs_;
  std::vector<uint32_t> next_indices_;  // [batch] of the step after the drawn one
  size_t prefetched_ = 0;               // of them
  std::vector<int32_t> labels_;         // [batch]
  AlignedFloats images_;                // [batch, inputs]
  AlignedFloats scratch_;
  // Of the batch above.
  RunSeed drawn_seed_;
  int64_t drawn_step_ = -1;
  std::optional<Curvature> curvature_;  // from the first probe on
};

// Networks have no curvature: nobody asks for it.
class NetworkKernelSource : public PlainSource {
 public:
  NetworkKernelSource(const NetworkTask& task, lane::Target target)
      : PlainSource(task),
        task_(task),
        network_(task.network(), target),
        scratch_(network_.scratch_size()) {}

  float LossAndGradient(const RunSeed& seed, int64_t step, std::span<const float> parameters,
                        std::span<float> gradient) override {
    const bool new_episode = drawn_step_ < 0 || seed != drawn_seed_;
    if (new_episode) task_.FillEpisodeInputs(seed, inputs_);
    if (new_episode || step != drawn_step_) task_.FillStepInputs(seed, step, inputs_);
    drawn_seed_ = seed;
    drawn_step_ = step;
    return network_.LossAndGradient(inputs_, parameters, gradient, scratch_.span());
  }

 private:
  const NetworkTask& task_;
  const FusedNetwork network_;
  AlignedFloats scratch_;
  // Of the step below.
  NetworkInputs inputs_;
  RunSeed drawn_seed_;
  int64_t drawn_step_ = -1;
};

// Episodes depend on the parameters: there is nothing to keep from one question to the next.
class PolicyGradientSource : public PlainSource {
 public:
  PolicyGradientSource(const PolicyGradientTask& task, lane::Target target)
      : PlainSource(task),
        task_(task),
        network_(task.surrogate(), target),
        scratch_(network_.scratch_size()),
        workspace_(task.MakeWorkspace()) {}

  float LossAndGradient(const RunSeed& seed, int64_t step, std::span<const float> parameters,
                        std::span<float> gradient) override {
    return task_.LossAndGradient(
        seed, step, parameters, gradient,
        [this](const NetworkInputs& chunk, std::span<const float> at, std::span<float> own) {
          network_.LossAndGradient(chunk, at, own, scratch_.span());
        },
        workspace_);
  }

 private:
  const PolicyGradientTask& task_;
  const FusedNetwork network_;
  AlignedFloats scratch_;
  PolicyGradientTask::Workspace workspace_;
};

// What is done to the task's own, whichever tier's that is. Nobody asks for curvature.
class AugmentedSource : public PlainSource {
 public:
  AugmentedSource(const AugmentedTask& task, std::unique_ptr<GradientSource> base)
      : PlainSource(task), base_(std::move(base)), augmenter_(task.NewAugmenter()) {}

  float LossAndGradient(const RunSeed& seed, int64_t step, std::span<const float> parameters,
                        std::span<float> gradient) override {
    const auto base = [&](std::span<const float> weights, std::span<float> slope) {
      return base_->LossAndGradient(seed, step, weights, slope);
    };
    return augmenter_.LossAndGradient(seed, step, base, parameters, gradient);
  }

 private:
  const std::unique_ptr<GradientSource> base_;
  Augmenter augmenter_;
};

}  // namespace

kernels::MlpShape KernelShape(const ImageMlp& task) {
  kernels::MlpShape shape;
  const auto& widths = task.widths();
  std::copy(widths.begin(), widths.end(), shape.widths);
  shape.layers = static_cast<int>(widths.size()) - 1;
  int next_weights = 0, next_bias = 0;
  for (const ParameterTensor& tensor : task.parameters()) {
    if (tensor.shape.size() == 2) {
      shape.weights[next_weights++] = tensor.offset;
    } else {
      shape.biases[next_bias++] = tensor.offset;
    }
  }
  shape.activation = static_cast<kernels::ActivationKind>(task.activation());
  shape.batch = task.batch();
  shape.output_multiplier = task.output_multiplier();
  return shape;
}

std::unique_ptr<GradientSource> MakePlainSource(const Task& task) {
  if (const AugmentedTask* augmented = task.augmented(); augmented != nullptr) {
    return std::make_unique<AugmentedSource>(*augmented, MakePlainSource(augmented->base()));
  }
  return std::make_unique<PlainSource>(task);
}

std::unique_ptr<GradientSource> MakeKernelSource(const Task& task, lane::Target target) {
  if (const AugmentedTask* augmented = task.augmented(); augmented != nullptr) {
    return std::make_unique<AugmentedSource>(*augmented,
                                             MakeKernelSource(augmented->base(), target));
  }
  if (const ImageMlp* mlp = task.fused_program(); mlp != nullptr) {
    return std::make_unique<ImageMlpKernelSource>(*mlp, target);
  }
  if (const NetworkTask* network = task.network_task(); network != nullptr) {
    return std::make_unique<NetworkKernelSource>(*network, target);
  }
  if (const PolicyGradientTask* policy = task.policy_gradient_task(); policy != nullptr) {
    return std::make_unique<PolicyGradientSource>(*policy, target);
  }
  return MakePlainSource(task);
}

}  // namespace paceline
