#include "common/baseline/rules.h"

#include <algorithm>

#include "common/baseline/rule_list.h"

namespace paceline {
namespace {

std::vector<BaselineRule> AllRules() {
  return {SgdRule(),   MomentumRule(), RmspropRule(), AdagradRule(),   AdamRule(),
          AdamwRule(), NadamwRule(),   RadamRule(),   AdabeliefRule(), YogiRule(),
          LambRule(),  LarsRule(),     FromageRule(), AdafactorRule(), Sm3Rule(),
          LionRule(),  ShampooRule(),  SoapRule(),    MuonRule(),      ScheduleFreeAdamwRule()};
}

}  // namespace

const Knob* BaselineRule::FindKnob(std::string_view name) const {
  const auto found = std::ranges::find(knobs, name, &Knob::name);
  return found == knobs.end() ? nullptr : &*found;
}

const std::vector<BaselineRule>& BaselineRules() {
  static const std::vector<BaselineRule>& rules = *new std::vector<BaselineRule>(AllRules());
  return rules;
}

const BaselineRule* FindBaseline(std::string_view key) {
  const auto found = std::ranges::find(BaselineRules(), key, &BaselineRule::key);
  return found == BaselineRules().end() ? nullptr : &*found;
}

bool IsRuleMatrix(const ParameterTensor& tensor) {
  return tensor.shape.size() >= 2 && tensor.kind != TensorKind::kEmbedding && tensor.size > 0;
}

}  // namespace paceline
