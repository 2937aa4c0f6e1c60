#include "worker/task/systems/system.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace paceline {
namespace {

[[noreturn]] void FailNoOptimizer() {
  std::fprintf(stderr, "a dynamical system is stepped, not optimized\n");
  std::abort();
}

}  // namespace

void System::SampleInitial(const RunSeed& seed, std::span<float> parameters) const {
  std::vector<double> state(parameters.size());
  Begin(seed, state);
  std::ranges::transform(state, parameters.begin(),
                         [](double value) { return static_cast<float>(value); });
}

float System::MetaLoss(float loss) const {
  const float bound = meta_loss_bound();
  if (!(loss < bound)) return bound;
  return std::max(loss, -bound);
}

float System::LossAndGradient(const RunSeed&, int64_t, std::span<const float>,
                              std::span<float>) const {
  FailNoOptimizer();
}

SplitScore System::Evaluate(const RunSeed&, std::span<const float>, Split, size_t) const {
  FailNoOptimizer();
}

BatchScore System::Score(const RunSeed&, const FreshBatch&, std::span<const float>) const {
  FailNoOptimizer();
}

}  // namespace paceline
