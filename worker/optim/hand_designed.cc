#include <algorithm>

#include "common/base/portable_math.h"
#include "worker/optim/make.h"

namespace paceline {
namespace {

class Hand : public Optimizer {
 public:
  Hand(ThetaLayout layout, size_t parameters, const OptimKernels& kernels)
      : layout_(std::move(layout)), parameters_(parameters), kernels_(kernels) {}

  size_t scratch_size() const override { return 0; }
  void InitState(const PreparedTheta&, std::span<float> state) const override {
    std::ranges::fill(state, 0.0f);
  }

 protected:
  // e^θ of one scalar leaf.
  double ExpOf(const std::string& path, std::span<const float> theta) const {
    return PortableExp(theta[layout_.leaf(path).offset]);
  }
  size_t parameters() const { return parameters_; }
  const OptimKernels& kernels() const { return kernels_; }

 private:
  const ThetaLayout layout_;
  const size_t parameters_;
  const OptimKernels& kernels_;
};

struct PreparedSgd : PreparedTheta {
  float learning_rate = 0;
};

class LearnableSgd : public Hand {
 public:
  using Hand::Hand;
  size_t state_size() const override { return 0; }
  std::unique_ptr<PreparedTheta> Prepare(std::span<const float> theta) const override {
    auto prepared = std::make_unique<PreparedSgd>();
    prepared->learning_rate = static_cast<float>(ExpOf("log_lr", theta));
    return prepared;
  }
  void Update(const PreparedTheta& prepared, int64_t, float, std::span<const float> gradient,
              std::span<float> p, std::span<float>, std::span<float>) const override {
    const auto& own = static_cast<const PreparedSgd&>(prepared);
    kernels().sgd(own.learning_rate, gradient.data(), p.data(), parameters());
  }
};

struct PreparedSgdm : PreparedTheta {
  SgdmArgs args = {};
};

class LearnableSgdm : public Hand {
 public:
  using Hand::Hand;
  size_t state_size() const override { return parameters(); }
  std::unique_ptr<PreparedTheta> Prepare(std::span<const float> theta) const override {
    auto prepared = std::make_unique<PreparedSgdm>();
    prepared->args = {static_cast<float>(ExpOf("log_lr", theta)),
                      static_cast<float>(1 - ExpOf("one_minus_momentum", theta))};
    return prepared;
  }
  void Update(const PreparedTheta& prepared, int64_t, float, std::span<const float> gradient,
              std::span<float> p, std::span<float> state, std::span<float>) const override {
    const auto& own = static_cast<const PreparedSgdm&>(prepared);
    kernels().sgdm(own.args, gradient.data(), p.data(), state.data(), parameters());
  }
};

// 1 − β as a float32 program has it: of the rounded β.
Decay DecayOf(double complement) {
  const float decay = static_cast<float>(1 - complement);
  return {decay, 1 - decay};
}

float BiasCorrection(float decay, int64_t updates) {
  return static_cast<float>(1 / (1 - PortablePower(decay, static_cast<unsigned long>(updates))));
}

struct PreparedAdam : PreparedTheta {
  AdamArgs args = {};  // but for the bias corrections
};

class LearnableAdam : public Hand {
 public:
  using Hand::Hand;
  size_t state_size() const override { return 2 * parameters(); }
  std::unique_ptr<PreparedTheta> Prepare(std::span<const float> theta) const override {
    auto prepared = std::make_unique<PreparedAdam>();
    prepared->args = {.learning_rate = static_cast<float>(ExpOf("log_lr", theta)),
                      .first = DecayOf(ExpOf("one_minus_beta1", theta)),
                      .second = DecayOf(ExpOf("one_minus_beta2", theta)),
                      .epsilon = static_cast<float>(ExpOf("log_epsilon", theta)),
                      .first_correction = 1,
                      .second_correction = 1};
    return prepared;
  }
  void Update(const PreparedTheta& prepared, int64_t iteration, float,
              std::span<const float> gradient, std::span<float> p, std::span<float> state,
              std::span<float>) const override {
    AdamArgs args = static_cast<const PreparedAdam&>(prepared).args;
    args.first_correction = BiasCorrection(args.first.decay, iteration + 1);
    args.second_correction = BiasCorrection(args.second.decay, iteration + 1);
    kernels().adam(args, gradient.data(), p.data(), state.data(), state.data() + parameters(),
                   parameters());
  }
};

}  // namespace

std::unique_ptr<Optimizer> MakeLearnableSgd(ThetaLayout layout, size_t parameters,
                                            const OptimKernels& kernels) {
  return std::make_unique<LearnableSgd>(std::move(layout), parameters, kernels);
}

std::unique_ptr<Optimizer> MakeLearnableSgdm(ThetaLayout layout, size_t parameters,
                                             const OptimKernels& kernels) {
  return std::make_unique<LearnableSgdm>(std::move(layout), parameters, kernels);
}

std::unique_ptr<Optimizer> MakeLearnableAdam(ThetaLayout layout, size_t parameters,
                                             const OptimKernels& kernels) {
  return std::make_unique<LearnableAdam>(std::move(layout), parameters, kernels);
}

}  // namespace paceline
