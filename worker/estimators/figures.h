// Bias, variance and direction of a gradient estimator from independent replicas.
//
// A replica is a mean of samples that may depend on each other (successive windows of one worker);
// replicas are independent. Squared norms of expectations are formed from products of different
// replicas alone, so that noise does not count as signal. Errors are by the jackknife over
// replicas, those of the estimator and of the truth together.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace paceline {

struct Estimated {
  double value = 0;
  double error = 0;  // standard error
};

// Samples of one estimator at one θ. Memory: P doubles a replica.
class Replicas {
 public:
  explicit Replicas(size_t parameters) : parameters_(parameters) {}

  // A sample of replica `replica`, which are numbered from 0 on without gaps. A sample with a value
  // that is not finite counts as lost.
  void Add(size_t replica, std::span<const double> gradient);

  size_t count() const { return replicas_.size(); }
  size_t parameters() const { return parameters_; }
  size_t lost() const { return lost_; }
  // Without replicas that lost all their samples, which are gone for good.
  void DropEmpty();
  // Of replica r: the mean of its samples, and of their squared norms.
  std::vector<double> Mean(size_t r) const;
  double MeanSquare(size_t r) const;

 private:
  struct Replica {
    std::vector<double> sum;
    double square = 0;
    size_t samples = 0;
  };
  size_t parameters_;
  size_t lost_ = 0;
  std::vector<Replica> replicas_;
};

struct Figures {
  Estimated variance;         // trace of the covariance of one sample
  Estimated signal;           // |E g|
  Estimated bias;             // |E g − truth|; 0 where noise hides it
  Estimated cosine;           // between E g and the truth; 0 where noise hides either
  Estimated truth;            // |truth|
  Estimated signal_to_noise;  // |E g| / √variance; 0 if the variance is 0
};

// Both have two replicas or more.
Figures Compare(const Replicas& estimator, const Replicas& truth);

}  // namespace paceline
