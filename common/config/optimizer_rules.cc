#include "common/config/optimizer_rules.h"

#include <fmt/format.h>

#include "common/lopt/families.h"
#include "common/lopt/family.h"

namespace paceline {
namespace {

// Settings of features that are not there.
template <class Config>
void CheckCurvature(const std::string& own, const Config& config, std::vector<RuleFault>& faults) {
  if constexpr (requires { config.curvature(); }) {
    if (!config.has_curvature() || !CurvatureNeedsOf(config).none()) return;
    const std::string path = own + "curvature", features = own + "features";
    faults.push_back({path,
                      fmt::format("{} is for features from curvature, and {} names none of "
                                  "hessian_diagonal, gauss_newton_diagonal and kronecker; name "
                                  "one, or leave {} out",
                                  path, features, path),
                      {path, features}});
  }
}

// SGD to begin with needs the gradient.
void CheckLinear(const v1::Linear& config, std::vector<RuleFault>& faults) {
  if (config.learning_rate() == 0 || ColumnsOf(config).gradient > 0) return;
  const std::string rate = "optimizer.linear.learning_rate", list = "optimizer.linear.features";
  faults.push_back({list,
                    fmt::format("{} lacks gradient, whose weight {} is; name gradient, or set {} "
                                "to 0",
                                list, rate, rate),
                    {list, rate}});
}

// Lists of three, or none.
template <class List>
void CheckThree(const std::string& path, const List& decays, std::vector<RuleFault>& faults) {
  if (decays.empty() || decays.size() == 3) return;
  faults.push_back({path,
                    fmt::format("{} has {} item{}; it must have three, or be left out for 0.9, "
                                "0.99, 0.999",
                                path, decays.size(), decays.size() == 1 ? "" : "s"),
                    {path}});
}

template <class Config>
void CheckDecays(const std::string& own, const Config& config, std::vector<RuleFault>& faults) {
  if constexpr (requires { config.adafactor_decays(); }) {
    CheckThree(own + "momentum_decays", config.momentum_decays(), faults);
    CheckThree(own + "adafactor_decays", config.adafactor_decays(), faults);
  }
}

void CheckHyperV2(const v1::HyperV2& config, std::vector<RuleFault>& faults) {
  const std::string path = "optimizer.hyper_v2.";
  const std::string mode = path + "validation_mode", feature = path + "with_validation_feature_dim";
  if (config.validation_mode() && !config.with_validation_feature_dim()) {
    faults.push_back({mode,
                      fmt::format("{} is true, which only {}: true can show", mode, feature),
                      {mode, feature}});
  }
}

}  // namespace

void CheckOptimizerRules(const v1::LearnedOptimizer& config, std::vector<RuleFault>& faults) {
  if (config.kind_case() == v1::LearnedOptimizer::KIND_NOT_SET) return;
  if (config.has_system_parameters()) return;
  const std::string own = "optimizer." + FamilyOf(config).name + ".";
  VisitFamily(config, [&](auto family) {
    CheckCurvature(own, family.Of(config), faults);
    CheckDecays(own, family.Of(config), faults);
  });
  if (config.has_linear()) CheckLinear(config.linear(), faults);
  if (config.has_hyper_v2()) CheckHyperV2(config.hyper_v2(), faults);
}

}  // namespace paceline
