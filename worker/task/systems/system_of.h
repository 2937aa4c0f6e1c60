// From a system's text to a System. The text is a class with
//
//   static constexpr size_t kState, kTheta;
//   static constexpr float kBound;   // meta_loss_bound
//   void Begin(const RunSeed& seed, std::span<double> state) const;
//   template <class N> auto Prepare(std::span<const N> theta) const;   // what steps need of θ
//   template <class N> void Step(const auto& prepared, int64_t step, std::span<N> state) const;
//   template <class N> N Loss(int64_t step, std::span<const N> state) const;   // after that step
//
// N is double or Dual.
#pragma once

#include <utility>
#include <vector>

#include "worker/task/systems/system.h"

namespace paceline {

template <class Text>
class SystemOf : public System {
 public:
  explicit SystemOf(Text text)
      : text_(std::move(text)),
        parameters_{{"state", {static_cast<int64_t>(Text::kState)}, 0, Text::kState}} {}

  const std::vector<ParameterTensor>& parameters() const override { return parameters_; }
  size_t theta_size() const override { return Text::kTheta; }
  float meta_loss_bound() const override { return Text::kBound; }
  void Begin(const RunSeed& seed, std::span<double> state) const override {
    text_.Begin(seed, state);
  }
  void Advance(std::span<const double> theta, int64_t first, std::span<double> state,
               std::span<double> losses) const override {
    AdvanceAny<double>(theta, first, state, losses);
  }
  void Advance(std::span<const Dual> theta, int64_t first, std::span<Dual> state,
               std::span<Dual> losses) const override {
    AdvanceAny<Dual>(theta, first, state, losses);
  }

 private:
  static_assert(Text::kTheta <= Dual::kSlopes);

  template <class N>
  void AdvanceAny(std::span<const N> theta, int64_t first, std::span<N> state,
                  std::span<N> losses) const {
    const auto prepared = text_.template Prepare<N>(theta);
    for (size_t i = 0; i < losses.size(); ++i) {
      const int64_t step = first + static_cast<int64_t>(i);
      text_.template Step<N>(prepared, step, state);
      losses[i] = text_.template Loss<N>(step, state);
    }
  }

  const Text text_;
  const std::vector<ParameterTensor> parameters_;
};

}  // namespace paceline
