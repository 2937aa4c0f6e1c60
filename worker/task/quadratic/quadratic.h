// Quadratics without data: Σ p², Σ (c − p)² and ln Σ p², p₀ ~ N(0, I), c ~ N(0, I) per episode.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "worker/task/task.h"
#include "worker/task/torch_program.h"

namespace paceline {

class Quadratic : public Task {
 public:
  Quadratic(int dimension, v1::QuadraticKind kind);

  const std::vector<ParameterTensor>& parameters() const override { return parameters_; }  // "p"
  void SampleInitial(const RunSeed& seed, std::span<float> parameters) const override;
  float LossAndGradient(const RunSeed& seed, int64_t step, std::span<const float> parameters,
                        std::span<float> gradient) const override;
  // The loss itself within ±1e6; NaN and +inf give 1e6, −inf −1e6. (google/learned_optimization has
  // no bound here; the estimator needs one.)
  bool has_curvature() const override { return true; }
  void CurvatureProducts(const RunSeed& seed, int64_t step, std::span<const float> parameters,
                         std::span<const float> v, std::span<float> hessian_product,
                         std::span<float> gauss_newton_product) const override;
  float MetaLoss(float loss) const override;
  float meta_loss_bound() const override;
  BatchScore Score(const RunSeed& seed, const FreshBatch& batch,
                   std::span<const float> parameters) const override;
  // The same on every split.
  SplitScore Evaluate(const RunSeed& seed, std::span<const float> parameters, Split split,
                      size_t examples) const override;

  const TorchProgram* torch_program() const override { return &program_; }

  // ---- for the fast tiers and tests ----
  v1::QuadraticKind kind() const { return kind_; }
  // c of the episode [dimension]; empty unless the kind has one.
  std::vector<float> Target(const RunSeed& seed) const;
  // With a given c, empty unless the kind has one. An empty gradient is not filled.
  float LossAndGradient(std::span<const float> target, std::span<const float> parameters,
                        std::span<float> gradient) const;

 private:
  v1::QuadraticKind kind_;
  std::vector<ParameterTensor> parameters_;
  TorchProgram program_;
};

}  // namespace paceline
