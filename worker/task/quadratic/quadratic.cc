#include "worker/task/quadratic/quadratic.h"

#include <algorithm>

#include "common/noise/streams.h"
#include "worker/task/any_log.h"

namespace paceline {
namespace {

constexpr float kBound = 1e6f;

Stream StreamOf(const RunSeed& seed, Purpose purpose) {
  return {.key = seed.key, .purpose = purpose, .particle = seed.particle, .episode = seed.episode};
}

void FillTarget(const RunSeed& seed, std::span<float> target) {
  FillNormals(StreamOf(seed, Purpose::kTaskDynamic), 0, target);
}

}  // namespace

Quadratic::Quadratic(int dimension, v1::QuadraticKind kind)
    : kind_(kind), parameters_{{"p", {dimension}, 0, static_cast<size_t>(dimension)}} {
  if (kind != v1::QUADRATIC_KIND_TARGET) return;
  program_.episode_floats = dimension;
  program_.fill_episode = FillTarget;
}

void Quadratic::SampleInitial(const RunSeed& seed, std::span<float> parameters) const {
  FillNormals(StreamOf(seed, Purpose::kTaskInit), 0, parameters);
}

std::vector<float> Quadratic::Target(const RunSeed& seed) const {
  if (kind_ != v1::QUADRATIC_KIND_TARGET) return {};
  std::vector<float> target(parameters_.front().size);
  FillTarget(seed, target);
  return target;
}

float Quadratic::LossAndGradient(const RunSeed& seed, int64_t, std::span<const float> parameters,
                                 std::span<float> gradient) const {
  return LossAndGradient(Target(seed), parameters, gradient);
}

float Quadratic::LossAndGradient(std::span<const float> target, std::span<const float> parameters,
                                 std::span<float> gradient) const {
  const auto distance = [&](size_t i) {
    return target.empty() ? parameters[i] : parameters[i] - target[i];
  };
  double sum = 0;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const double d = distance(i);
    sum += d * d;
  }
  const bool is_log = kind_ == v1::QUADRATIC_KIND_LOG;
  const double factor = is_log ? 2 / sum : 2;
  for (size_t i = 0; i < gradient.size(); ++i) {
    gradient[i] = static_cast<float>(factor * distance(i));
  }
  const float square = static_cast<float>(sum);
  return is_log ? AnyLog(square) : square;
}

// 2·v, and for the log (z = Σ p²) 2·v/z − 4·p·(pᵀv)/z².
void Quadratic::CurvatureProducts(const RunSeed&, int64_t, std::span<const float> parameters,
                                  std::span<const float> v, std::span<float> hessian_product,
                                  std::span<float> gauss_newton_product) const {
  double squares = 0, along = 0;
  for (size_t i = 0; i < v.size(); ++i) {
    squares += static_cast<double>(parameters[i]) * parameters[i];
    along += static_cast<double>(parameters[i]) * v[i];
  }
  const bool is_log = kind_ == v1::QUADRATIC_KIND_LOG;
  const double factor = is_log ? 2 / squares : 2;
  const double back = is_log ? 4 * along / (squares * squares) : 0;
  for (const std::span<float> product : {hessian_product, gauss_newton_product}) {
    for (size_t i = 0; i < product.size(); ++i) {
      product[i] = static_cast<float>(factor * v[i] - back * parameters[i]);
    }
  }
}

float Quadratic::MetaLoss(float loss) const {
  if (!(loss < kBound)) return kBound;
  return std::max(loss, -kBound);
}

float Quadratic::meta_loss_bound() const { return kBound; }

BatchScore Quadratic::Score(const RunSeed& seed, const FreshBatch&,
                            std::span<const float> parameters) const {
  return {.loss = LossAndGradient(Target(seed), parameters, std::span<float>())};
}

SplitScore Quadratic::Evaluate(const RunSeed& seed, std::span<const float> parameters, Split,
                               size_t) const {
  return {.loss = LossAndGradient(Target(seed), parameters, std::span<float>())};
}

}  // namespace paceline
