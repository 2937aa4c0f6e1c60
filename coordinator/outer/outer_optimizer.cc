#include "coordinator/outer/outer_optimizer.h"

#include "coordinator/outer/adam.h"
#include "coordinator/outer/momentum.h"
#include "coordinator/outer/sgd.h"

namespace paceline {

std::unique_ptr<OuterOptimizer> MakeOuterOptimizer(const v1::OuterOptimizer& config,
                                                   size_t parameters) {
  switch (config.kind_case()) {
    case v1::OuterOptimizer::kMomentum:
      return std::make_unique<MomentumOptimizer>(config.momentum(), parameters);
    case v1::OuterOptimizer::kAdam:
      return std::make_unique<AdamOptimizer>(config.adam(), 0, parameters);
    case v1::OuterOptimizer::kAdamw:
      return std::make_unique<AdamOptimizer>(config.adamw(), config.adamw().weight_decay(),
                                             parameters);
    case v1::OuterOptimizer::kSgd:
    case v1::OuterOptimizer::KIND_NOT_SET:
      break;
  }
  return std::make_unique<SgdOptimizer>(config.sgd());
}

}  // namespace paceline
