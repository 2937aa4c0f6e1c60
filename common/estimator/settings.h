// What Estimator of estimator.proto says, in the words of the arithmetic.
#pragma once

#include <cstdint>
#include <limits>

#include "paceline/v1/job_config.pb.h"

namespace paceline {

// Window length W in inner steps; 0 for full ES, whose window is the episode.
int64_t WindowSteps(const v1::Estimator& estimator);
// The longest window that can occur, in inner steps.
int64_t LongestWindow(const v1::JobConfig& config);
// Of leaves of θ that have no standard deviation of their own (common/estimator/leaf_sigma.h).
double Sigma(const v1::Estimator& estimator);

// Windows that share one ε, counted from the particle's episode start: 1, K/W for GPES, and for
// NRES more than any episode has.
inline constexpr int64_t kWholeEpisode = std::numeric_limits<int64_t>::max();
int64_t NoisePeriod(const v1::Estimator& estimator);
// Whether a window is credited with every ε of its episode so far (PES, GPES), or with its own.
bool CreditsWholeEpisode(const v1::Estimator& estimator);

// Every perturbation is run under θ+σε and θ−σε, or under θ+σε alone.
bool Antithetic(const v1::Estimator& estimator);
// Truncated ES that goes on from a third run, under θ.
bool CarriesUnperturbed(const v1::Estimator& estimator);
// 1 or 2, and 1 for the third.
int RunsPerParticle(const v1::Estimator& estimator);

bool EpisodeWeighted(const v1::Estimator& estimator);

// The objective has one value for a whole episode, which its last window yields (times the
// episode's length), and not one for every inner step.
bool HasEpisodeObjective(const v1::JobConfig& config);

}  // namespace paceline
