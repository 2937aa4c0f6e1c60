#include "common/tier/tier.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/task/augment.h"
#include "common/task/facts.h"

namespace paceline {

std::string TierName(v1::Engine tier) {
  switch (tier) {
    case v1::ENGINE_REFERENCE:
      return "reference";
    case v1::ENGINE_TORCH:
      return "torch";
    case v1::ENGINE_FUSED:
      return "fused";
    case v1::ENGINE_AUTO:
    case v1::ENGINE_UNSPECIFIED:
    case v1::Engine_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::Engine_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return "";
}

namespace {

// What a sample draws may be small enough for one tier, or too large.
std::set<v1::Engine> TiersOfTask(v1::Engine asked, const v1::Task& task) {
  const TaskFacts facts = FactsOf(task);
  // Whatever updates its parameters, its gradients are LibTorch's.
  if (task.has_own()) return {asked == v1::ENGINE_AUTO ? facts.own_tier : asked, v1::ENGINE_TORCH};
  if (asked != v1::ENGINE_AUTO) return {asked};
  if (!facts.is_sample) return {facts.own_tier};
  std::set<v1::Engine> tiers = facts.tiers;
  tiers.erase(v1::ENGINE_REFERENCE);
  return tiers;
}

}  // namespace

v1::Engine ChooseEngine(v1::Engine asked, const v1::Task& task) {
  return asked == v1::ENGINE_AUTO ? FactsOf(task).own_tier : asked;
}

std::set<v1::Engine> TiersOf(const v1::JobConfig& config) {
  std::set<v1::Engine> tiers;
  for (int i = 0; i < config.tasks_size(); ++i) {
    tiers.merge(TiersOfTask(config.engine(), TrainedTask(config, i)));
  }
  return tiers;
}

std::string JobFingerprint(const v1::JobConfig& config, const TierFingerprints& worker) {
  std::string fingerprint;
  for (const v1::Engine tier : TiersOf(config)) {
    const auto found = worker.find(tier);
    if (found == worker.end()) return "";
    absl::StrAppend(&fingerprint, fingerprint.empty() ? "" : " + ", found->second);
  }
  return fingerprint;
}

std::string TierNames(const std::set<v1::Engine>& tiers) {
  return absl::StrJoin(
      tiers, ", ", [](std::string* out, v1::Engine tier) { absl::StrAppend(out, TierName(tier)); });
}

}  // namespace paceline
