#include "coordinator/outer/outer_optimizer.h"

#include <numeric>

#include "coordinator/outer/adam.h"
#include "coordinator/outer/lamb.h"
#include "coordinator/outer/momentum.h"
#include "coordinator/outer/rmsprop.h"
#include "coordinator/outer/sgd.h"

namespace paceline {

std::unique_ptr<OuterOptimizer> MakeOuterOptimizer(const v1::OuterOptimizer& config,
                                                   const std::vector<size_t>& leaf_sizes) {
  const size_t parameters = std::accumulate(leaf_sizes.begin(), leaf_sizes.end(), size_t{0});
  switch (config.kind_case()) {
    case v1::OuterOptimizer::kMomentum:
      return std::make_unique<MomentumOptimizer>(config.momentum(), parameters);
    case v1::OuterOptimizer::kAdam:
      return std::make_unique<AdamOptimizer>(config.adam(), 0, parameters);
    case v1::OuterOptimizer::kAdamw:
      return std::make_unique<AdamOptimizer>(config.adamw(), config.adamw().weight_decay(),
                                             parameters);
    case v1::OuterOptimizer::kRmsprop:
      return std::make_unique<RmsPropOptimizer>(config.rmsprop(), parameters);
    case v1::OuterOptimizer::kLamb:
      return std::make_unique<LambOptimizer>(config.lamb(), leaf_sizes, parameters);
    case v1::OuterOptimizer::kSgd:
    case v1::OuterOptimizer::KIND_NOT_SET:
      break;
  }
  return std::make_unique<SgdOptimizer>(config.sgd());
}

}  // namespace paceline
