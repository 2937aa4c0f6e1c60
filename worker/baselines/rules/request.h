// From a setting to a rule's plan.
#pragma once

#include <string_view>
#include <vector>

#include "common/baseline/setting.h"
#include "common/lopt/tensor.h"
#include "worker/baselines/rules/step.h"

namespace paceline {

// A valid setting of one rule, and the tensors that it is for; all outlive the request.
struct RuleRequest {
  const v1::BaselineSetting& setting;
  const BaselineRule& rule;
  const std::vector<ParameterTensor>& tensors;

  double operator()(std::string_view knob) const { return ValueOf(setting, rule, knob); }
  bool Is(std::string_view flag) const { return (*this)(flag) != 0; }
  // Of all parameters.
  size_t count() const;
  size_t largest_tensor() const;
};

// What a rule made of a request.
template <class Plan>
struct MadeRule {
  Plan plan;
  std::vector<RuleTensor> tensors;
};

// The tensors as they are: no state, not as matrices. At most kMaxRuleAxes axes each.
std::vector<RuleTensor> PlainTensors(const RuleRequest& request);

// As a matrix [in, out] (IsRuleMatrix).
void TakeAsMatrix(RuleTensor& tensor);

// A rule that keeps `arrays` numbers of each parameter and nothing else.
template <class Plan>
MadeRule<Plan> ElementRule(const RuleRequest& request, Plan plan, size_t arrays) {
  plan.sizes.state = arrays * request.count();
  return {plan, PlainTensors(request)};
}

}  // namespace paceline
