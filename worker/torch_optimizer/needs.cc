// What each kind of optimizer looks at.
#include "common/lopt/family.h"
#include "worker/torch_optimizer/tensor_set.h"

namespace paceline {

bool ReadsLoss(const v1::LearnedOptimizer& config) { return FamilyOf(config).reads_loss; }

bool UpdatesTensorsAlone(const v1::LearnedOptimizer& config) {
  const Family& family = FamilyOf(config);
  return !family.reads_loss && !family.clips_globally(config);
}

bool ReadsNumSteps(const v1::LearnedOptimizer& config) { return FamilyOf(config).reads_num_steps; }

}  // namespace paceline
