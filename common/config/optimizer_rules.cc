#include "common/config/optimizer_rules.h"

#include <fmt/format.h>

#include "common/lopt/features.h"

namespace paceline {
namespace {

// Settings of features that are not there.
template <class Config>
void CheckCurvature(const std::string& kind, const Config& config, std::vector<RuleFault>& faults) {
  if (!config.has_curvature()) return;
  const FeatureRows rows = RowsOf(config);
  for (const int column : {kHessianColumn, kGaussNewtonColumn, kKroneckerColumn}) {
    if (rows.Sees(column)) return;
  }
  const std::string path = "optimizer." + kind + ".curvature";
  const std::string features = "optimizer." + kind + ".features";
  faults.push_back({path,
                    fmt::format("{} is for features from curvature, and {} names none of "
                                "hessian_diagonal, gauss_newton_diagonal and kronecker; name one, "
                                "or leave {} out",
                                path, features, path),
                    {path, features}});
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

void CheckHyperV2(const v1::HyperV2& config, std::vector<RuleFault>& faults) {
  const std::string path = "optimizer.hyper_v2.";
  CheckThree(path + "momentum_decays", config.momentum_decays(), faults);
  CheckThree(path + "adafactor_decays", config.adafactor_decays(), faults);
  const std::string mode = path + "validation_mode", feature = path + "with_validation_feature_dim";
  if (config.validation_mode() && !config.with_validation_feature_dim()) {
    faults.push_back({mode,
                      fmt::format("{} is true, which only {}: true can show", mode, feature),
                      {mode, feature}});
  }
}

}  // namespace

void CheckOptimizerRules(const v1::LearnedOptimizer& config, std::vector<RuleFault>& faults) {
  CheckCurvature("mlp_lopt", config.mlp_lopt(), faults);
  CheckCurvature("adafac_mlp", config.adafac_mlp(), faults);
  CheckCurvature("mu_adafac_mlp", config.mu_adafac_mlp(), faults);
  CheckCurvature("mlp_nom_lopt", config.mlp_nom_lopt(), faults);
  if (config.has_linear()) CheckLinear(config.linear(), faults);
  if (config.has_hyper_v2()) CheckHyperV2(config.hyper_v2(), faults);
}

}  // namespace paceline
