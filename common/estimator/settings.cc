#include "common/estimator/settings.h"

#include "common/estimator/length_bounds.h"

namespace paceline {

int64_t WindowSteps(const v1::Estimator& estimator) {
  switch (estimator.kind_case()) {
    case v1::Estimator::kNres:
      return estimator.nres().window();
    case v1::Estimator::kPes:
      return estimator.pes().window();
    case v1::Estimator::kGpes:
      return estimator.gpes().window();
    case v1::Estimator::kTruncatedEs:
      return estimator.truncated_es().window();
    case v1::Estimator::kFullEs:
    case v1::Estimator::KIND_NOT_SET:
      break;
  }
  return 0;
}

int64_t LongestWindow(const v1::JobConfig& config) {
  const int64_t window = WindowSteps(config.estimator());
  return window > 0 ? window : LongestEpisode(config);
}

double Sigma(const v1::Estimator& estimator) {
  switch (estimator.kind_case()) {
    case v1::Estimator::kNres:
      return estimator.nres().sigma();
    case v1::Estimator::kPes:
      return estimator.pes().sigma();
    case v1::Estimator::kGpes:
      return estimator.gpes().sigma();
    case v1::Estimator::kTruncatedEs:
      return estimator.truncated_es().sigma();
    case v1::Estimator::kFullEs:
    case v1::Estimator::KIND_NOT_SET:
      break;
  }
  return estimator.full_es().sigma();
}

int64_t NoisePeriod(const v1::Estimator& estimator) {
  if (estimator.has_nres()) return kWholeEpisode;
  if (!estimator.has_gpes()) return 1;
  return std::max<int64_t>(1, estimator.gpes().period() / estimator.gpes().window());
}

bool CreditsWholeEpisode(const v1::Estimator& estimator) {
  return estimator.has_pes() || estimator.has_gpes();
}

bool Antithetic(const v1::Estimator& estimator) {
  return !estimator.has_antithetic() || estimator.antithetic();
}

bool CarriesUnperturbed(const v1::Estimator& estimator) {
  return estimator.truncated_es().carry() == v1::CARRY_UNPERTURBED;
}

int RunsPerParticle(const v1::Estimator& estimator) {
  return (Antithetic(estimator) ? 2 : 1) + (CarriesUnperturbed(estimator) ? 1 : 0);
}

bool EpisodeWeighted(const v1::Estimator& estimator) {
  return estimator.weighting() == v1::WEIGHTING_EPISODE;
}

bool HasEpisodeObjective(const v1::JobConfig& config) {
  if (config.objective().has_final_loss()) return true;
  if (!config.estimator().has_full_es()) return false;
  switch (config.estimator().full_es().loss()) {
    case v1::EPISODE_LOSS_MINIMUM:
    case v1::EPISODE_LOSS_LAST:
    case v1::EPISODE_LOSS_RECOMPUTED:
      return true;
    case v1::EPISODE_LOSS_AVERAGE:
    case v1::EPISODE_LOSS_UNSPECIFIED:
    case v1::EpisodeLoss_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::EpisodeLoss_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return false;
}

}  // namespace paceline
