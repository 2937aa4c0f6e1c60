// What each kind of optimizer looks at.
#include "worker/torch_optimizer/tensor_set.h"

namespace paceline {
namespace {

// Over all tensors.
bool ClipsGlobally(const v1::LearnedOptimizer& config) {
  switch (config.kind_case()) {
    case v1::LearnedOptimizer::kMlpLopt:
      return config.mlp_lopt().clip().has_global_norm();
    case v1::LearnedOptimizer::kAdafacMlp:
      return config.adafac_mlp().clip().has_global_norm();
    case v1::LearnedOptimizer::kMuAdafacMlp:
      return config.mu_adafac_mlp().clip().has_global_norm();
    case v1::LearnedOptimizer::kMlpNomLopt:
      return config.mlp_nom_lopt().clip().has_global_norm();
    case v1::LearnedOptimizer::kLinear:
      return config.linear().clip().has_global_norm();
    case v1::LearnedOptimizer::kCelo2:
      return config.celo2().clip().has_global_norm();
    default:
      return false;
  }
}

}  // namespace

bool ReadsLoss(const v1::LearnedOptimizer& config) {
  return config.has_hyper_v2() || config.has_rnn_mlp_lopt() || config.has_learned_schedule();
}

bool UpdatesTensorsAlone(const v1::LearnedOptimizer& config) {
  return !ReadsLoss(config) && !ClipsGlobally(config);
}

bool ReadsNumSteps(const v1::LearnedOptimizer& config) {
  return config.has_hyper_v2() || config.has_learned_schedule();
}

}  // namespace paceline
