// A rule with its surroundings, over numbers of either kind.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <vector>

#include "worker/baselines/make.h"
#include "worker/baselines/rules/around.h"
#include "worker/baselines/rules/request.h"
#include "worker/baselines/rules/update.h"

namespace paceline {

// The learning rate of an update.
class RateOfUpdate {
 public:
  explicit RateOfUpdate(const RuleRequest& request)
      : peak_(request("learning_rate")),
        schedule_(ScheduleOf(request.setting)),
        accumulate_(static_cast<int64_t>(request("accumulate"))) {}

  double At(int64_t iteration, int64_t num_steps) const {
    const int64_t updates = std::max<int64_t>(1, num_steps / accumulate_);
    return peak_ * ScheduleFactor(schedule_, iteration / accumulate_, updates);
  }

 private:
  double peak_;
  Schedule schedule_;
  int64_t accumulate_;
};

// What there is around a rule of these sizes; adds what it needs to them.
AroundPlan MakeAround(const RuleRequest& request, RuleSizes& sizes);

template <class Plan>
class MadeBaseline {
 public:
  MadeBaseline(const RuleRequest& request, MadeRule<Plan> made)
      : rate_(request),
        made_(std::move(made)),
        sizes_(made_.plan.sizes),
        around_(MakeAround(request, sizes_)),
        count_(request.count()) {}

  const Plan& plan() const { return made_.plan; }
  const AroundPlan& around() const { return around_; }
  size_t state_size() const { return sizes_.state; }
  size_t scratch_size() const { return sizes_.scratch; }

  template <class Number>
  void InitState(std::span<Number> state) const {
    std::ranges::fill(state, Number{0});
    std::fill_n(state.begin(), made_.plan.sizes.state, static_cast<Number>(sizes_.start));
  }

  template <class Number>
  RuleStep<Number> StepOf(int64_t iteration, int64_t num_steps, const Number* gradient,
                          std::span<Number> parameters, std::span<Number> state,
                          std::span<Number> scratch) const {
    return {.update = iteration,
            .rate = rate_.At(iteration, num_steps),
            .gradient = gradient,
            .parameters = parameters.data(),
            .state = state.data(),
            .scratch = scratch.data(),
            .count = count_,
            .tensors = made_.tensors.data(),
            .tensor_count = made_.tensors.size()};
  }

  template <class Number>
  void Finish(std::span<const Number> state, std::span<Number> parameters) const {
    if constexpr (requires { FinishRule(plan(), state.data(), count_, parameters.data()); }) {
      FinishRule(plan(), state.data(), count_, parameters.data());
    }
  }

 private:
  RateOfUpdate rate_;
  MadeRule<Plan> made_;
  RuleSizes sizes_;
  AroundPlan around_;
  size_t count_;
};

template <class Plan>
class FloatRule : public Optimizer {
 public:
  FloatRule(MadeBaseline<Plan> made, lane::Target target)
      : made_(std::move(made)), target_(target) {}

  size_t state_size() const override { return made_.state_size(); }
  size_t prepared_size() const override { return 0; }
  size_t scratch_size() const override { return made_.scratch_size(); }
  void InitState(const PreparedTheta&, std::span<float> state) const override {
    made_.InitState(state);
  }
  std::unique_ptr<PreparedTheta> Prepare(std::span<const float>) const override {
    return std::make_unique<PreparedTheta>();
  }
  void Update(const PreparedTheta&, const InnerStep& step, std::span<float> parameters,
              std::span<float> state, std::span<float> scratch) const override {
    UpdateRuleOn(
        target_, made_.around(), made_.plan(),
        made_.StepOf(step.iteration, step.num_steps, step.gradient, parameters, state, scratch));
  }
  void Finish(std::span<const float> state, std::span<float> parameters) const override {
    made_.Finish(state, parameters);
  }

 private:
  const MadeBaseline<Plan> made_;
  const lane::Target target_;
};

template <class Plan>
class DoubleRule : public DoubleBaseline {
 public:
  explicit DoubleRule(MadeBaseline<Plan> made) : made_(std::move(made)) {}

  size_t state_size() const override { return made_.state_size(); }
  size_t scratch_size() const override { return made_.scratch_size(); }
  void InitState(std::span<double> state) const override { made_.InitState(state); }
  void Update(int64_t iteration, int64_t num_steps, const double* gradient,
              std::span<double> parameters, std::span<double> state,
              std::span<double> scratch) const override {
    UpdateAround<lane::Double>(
        made_.around(), made_.plan(),
        made_.StepOf(iteration, num_steps, gradient, parameters, state, scratch));
  }
  void Finish(std::span<const double> state, std::span<double> parameters) const override {
    made_.Finish(state, parameters);
  }

 private:
  const MadeBaseline<Plan> made_;
};

}  // namespace paceline
