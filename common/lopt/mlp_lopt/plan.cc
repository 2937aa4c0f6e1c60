#include "common/lopt/mlp_lopt/family.h"
#include "common/lopt/plan/plan_per_parameter.h"
#include "common/lopt/plan/plan_tensor.h"

namespace paceline {
namespace {

InputRows RowsOfInputs(const FeatureRows& rows) {
  InputRows result{.inputs = rows.own, .time = rows.time};
  for (const uint8_t row : CurvatureInputRows(rows)) result.inputs.push_back(row);
  return result;
}

std::vector<LayerPaths> PathsOf(const v1::MlpLopt& own) {
  std::vector<LayerPaths> paths;
  for (size_t i = 0; i <= own.layers(); ++i) {
    const std::string layer = "mlp/~/linear_" + std::to_string(i);
    paths.push_back({layer + "/w", layer + "/b"});
  }
  return paths;
}

}  // namespace

OwnedPlan<MlpLoptPlan> MlpLoptFamily::PlanFor(const v1::LearnedOptimizer& config,
                                              const std::vector<ParameterTensor>& tensors) {
  const ThetaLayout layout = LayoutOf(config);
  const v1::MlpLopt& own = config.mlp_lopt();
  const PerParameterOptions options = OptionsOf(own);
  OwnedPlan<MlpLoptPlan> result;
  MlpLoptPlan& plan = result.plan;
  FloatSlices prepared, scratch;
  plan.network = PlanNetwork(layout,
                             {.hidden = own.hidden(),
                              .layers = own.layers(),
                              .exp_multiplier = own.exp_multiplier(),
                              .step_multiplier = own.step_multiplier()},
                             PathsOf(own), RowsOfInputs(options.rows), prepared, scratch);
  // Rows and columns matter to one group alone.
  const bool in_rows = options.rows.Sees(kKroneckerColumn);
  for (const ParameterTensor& tensor : tensors) {
    result.tensors.push_back(in_rows ? PlanFactored(tensor) : PlanFlat(tensor));
    TensorPlan& last = result.tensors.back();
    PlaceState(options.rows, kMlpLoptMomenta * size_t{last.padded_size()}, last, plan);
  }
  PlanShared(options, result.tensors, kMlpLoptFeatures, kMlpLoptFeatures, plan, scratch);
  plan.theta_size = static_cast<uint32_t>(layout.size);
  plan.prepared_size = prepared.used();
  plan.scratch_size = scratch.used();
  result.Own();
  return result;
}

}  // namespace paceline
