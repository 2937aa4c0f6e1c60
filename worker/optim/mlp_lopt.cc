#include "worker/optim/make.h"
#include "worker/optim/plan_network.h"
#include "worker/optim/scratch.h"

namespace paceline {

OwnedPlan<MlpLoptPlan> PlanMlpLopt(const v1::LearnedOptimizer& config,
                                   const std::vector<ParameterTensor>& tensors) {
  const ThetaLayout layout = LayoutOf(config);
  const v1::MlpLopt& own = config.mlp_lopt();
  std::vector<LayerPaths> paths;
  for (size_t i = 0; i <= own.layers(); ++i) {
    const std::string layer = "mlp/~/linear_" + std::to_string(i);
    paths.push_back({layer + "/w", layer + "/b"});
  }
  OwnedPlan<MlpLoptPlan> result;
  MlpLoptPlan& plan = result.plan;
  FloatSlices prepared, scratch;
  plan.network = PlanNetwork(layout,
                             {.hidden = own.hidden(),
                              .layers = own.layers(),
                              .exp_multiplier = own.exp_multiplier(),
                              .step_multiplier = own.step_multiplier()},
                             paths, {0, 1, 2, 3, 4, 5, 6, 7}, prepared, scratch);
  for (const ParameterTensor& tensor : tensors) {
    result.tensors.push_back(PlanFlat(tensor));
    result.tensors.back().state = plan.state_size;
    plan.state_size += kMlpLoptMomenta * size_t{result.tensors.back().padded_size()};
  }
  const size_t staged = LargestStaged(result.tensors);
  plan.totals = scratch.Take(kMlpLoptFeatures);
  plan.staged_gradient = scratch.Take(staged);
  plan.staged_parameters = scratch.Take(staged);
  plan.sums = scratch.Take(SumScratch(kMlpLoptFeatures));
  plan.theta_size = static_cast<uint32_t>(layout.size);
  plan.prepared_size = prepared.used();
  plan.scratch_size = scratch.used();
  result.Own();
  return result;
}

}  // namespace paceline
