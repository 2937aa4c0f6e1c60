#include "worker/estimators/figures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace paceline {
namespace {

using Vector = std::vector<double>;

double Dot(const Vector& a, const Vector& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

// One estimator's replicas and their sum.
struct Sums {
  std::vector<Vector> means;
  Vector total;
  double squares = 0;  // Σ |mean|²

  explicit Sums(const Replicas& replicas) : total(replicas.parameters()) {
    for (size_t r = 0; r < replicas.count(); ++r) {
      means.push_back(replicas.Mean(r));
      std::ranges::transform(total, means.back(), total.begin(), std::plus<>());
      squares += Dot(means.back(), means.back());
    }
  }
};

// All that the figures are made of.
struct Moments {
  double replicas = 0, truths = 0;
  double total_square = 0, squares = 0;              // |Σ m|², Σ |m|²
  double truth_total_square = 0, truth_squares = 0;  // the same of the truth
  double cross = 0;                                  // Σ m · Σ t
  double sample_squares = 0;                         // Σ mean squares of samples
};

enum Index { kVariance, kSignal, kBias, kCosine, kTruth, kRatio, kFigures };
using Values = std::array<double, kFigures>;

double SignedRoot(double x) { return x < 0 ? -std::sqrt(-x) : std::sqrt(x); }

// Squares of |E g|, of the bias and of the truth: unbiased, and so below 0 now and then.
Values Evaluate(const Moments& m) {
  const double signal = (m.total_square - m.squares) / (m.replicas * (m.replicas - 1));
  const double truth = (m.truth_total_square - m.truth_squares) / (m.truths * (m.truths - 1));
  const double product = m.cross / (m.replicas * m.truths);
  Values values{};
  values[kVariance] = m.sample_squares / m.replicas - signal;
  values[kSignal] = signal;
  values[kBias] = signal - 2 * product + truth;
  // Below the rounding of a difference: nothing is random.
  if (values[kVariance] < 1e-12 * signal) values[kVariance] = 0;
  const double cosine = signal > 0 && truth > 0 ? product / std::sqrt(signal * truth) : 0;
  values[kCosine] = std::clamp(cosine, -1.0, 1.0);
  values[kTruth] = truth;
  values[kRatio] = values[kVariance] > 0 ? SignedRoot(signal) / std::sqrt(values[kVariance]) : 0;
  return values;
}

// Adds the jackknife's variance of every figure, leaving out each replica in turn.
template <class LeaveOut>
void AddJackknife(size_t replicas, const LeaveOut& leave_out, Values& variances) {
  if (replicas < 3) return;
  std::vector<Values> all;
  for (size_t r = 0; r < replicas; ++r) all.push_back(Evaluate(leave_out(r)));
  const auto count = static_cast<double>(replicas);
  for (size_t k = 0; k < kFigures; ++k) {
    double mean = 0, square = 0;
    for (const Values& values : all) mean += values[k] / count;
    for (const Values& values : all) square += (values[k] - mean) * (values[k] - mean);
    variances[k] += square * (count - 1) / count;
  }
}

Estimated Plain(double value, double variance) { return {value, std::sqrt(variance)}; }

// From a square with its variance.
Estimated Root(double square, double variance) {
  const double error = std::sqrt(variance);
  const auto root = [](double x) { return std::sqrt(std::max(x, 0.0)); };
  if (square <= 0) return {0, root(error)};
  return {root(square), (root(square + error) - root(square - error)) / 2};
}

}  // namespace

void Replicas::Add(size_t replica, std::span<const double> gradient) {
  if (replica >= replicas_.size()) replicas_.resize(replica + 1);
  Replica& own = replicas_[replica];
  own.sum.resize(parameters_);
  const double square = std::inner_product(gradient.begin(), gradient.end(), gradient.begin(), 0.0);
  if (!std::isfinite(square)) {
    ++lost_;
    return;
  }
  std::ranges::transform(own.sum, gradient, own.sum.begin(), std::plus<>());
  own.square += square;
  ++own.samples;
}

void Replicas::DropEmpty() {
  std::erase_if(replicas_, [](const Replica& replica) { return replica.samples == 0; });
}

std::vector<double> Replicas::Mean(size_t r) const {
  Vector mean = replicas_[r].sum;
  for (double& value : mean) value /= static_cast<double>(replicas_[r].samples);
  return mean;
}

double Replicas::MeanSquare(size_t r) const {
  return replicas_[r].square / static_cast<double>(replicas_[r].samples);
}

Figures Compare(const Replicas& estimator, const Replicas& truth) {
  const Sums own(estimator), other(truth);
  Moments all{.replicas = static_cast<double>(estimator.count()),
              .truths = static_cast<double>(truth.count()),
              .total_square = Dot(own.total, own.total),
              .squares = own.squares,
              .truth_total_square = Dot(other.total, other.total),
              .truth_squares = other.squares,
              .cross = Dot(own.total, other.total)};
  for (size_t r = 0; r < estimator.count(); ++r) all.sample_squares += estimator.MeanSquare(r);
  const auto without_replica = [&](size_t r) {
    const Vector& mean = own.means[r];
    const double square = Dot(mean, mean);
    Moments m = all;
    m.replicas -= 1;
    m.total_square += square - 2 * Dot(mean, own.total);
    m.squares -= square;
    m.cross -= Dot(mean, other.total);
    m.sample_squares -= estimator.MeanSquare(r);
    return m;
  };
  const auto without_truth = [&](size_t r) {
    const Vector& mean = other.means[r];
    const double square = Dot(mean, mean);
    Moments m = all;
    m.truths -= 1;
    m.truth_total_square += square - 2 * Dot(mean, other.total);
    m.truth_squares -= square;
    m.cross -= Dot(mean, own.total);
    return m;
  };
  const Values values = Evaluate(all);
  Values variances{};
  AddJackknife(own.means.size(), without_replica, variances);
  AddJackknife(other.means.size(), without_truth, variances);
  return {.variance = Plain(values[kVariance], variances[kVariance]),
          .signal = Root(values[kSignal], variances[kSignal]),
          .bias = Root(values[kBias], variances[kBias]),
          .cosine = Plain(values[kCosine], variances[kCosine]),
          .truth = Root(values[kTruth], variances[kTruth]),
          .signal_to_noise = Plain(values[kRatio], variances[kRatio])};
}

}  // namespace paceline
