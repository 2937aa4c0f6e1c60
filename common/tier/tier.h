// Which tier of the engine a job's tasks run on, and what workers must have in common to answer for
// it. Functions of the config alone: coordinator and worker come to the same answer.
#pragma once

#include <map>
#include <set>
#include <string>

#include "paceline/v1/job_config.pb.h"

namespace paceline {

// "reference", "torch" or "fused"; empty for what is no tier (ENGINE_AUTO, say).
std::string TierName(v1::Engine tier);

// The tier of one task, given the config's `engine`: that one, or for ENGINE_AUTO the task's own
// (common/task). Never ENGINE_AUTO.
v1::Engine ChooseEngine(v1::Engine asked, const v1::Task& task);
std::set<v1::Engine> TiersOf(const v1::JobConfig& config);

// Of each tier that a worker can run: workers with equal ones compute equal bits on that tier.
using TierFingerprints = std::map<v1::Engine, std::string>;

// What a strict job pins: the worker's fingerprints of the job's tiers, in one text. Empty if the
// worker cannot run one of them.
std::string JobFingerprint(const v1::JobConfig& config, const TierFingerprints& worker);

// For people: "torch, fused".
std::string TierNames(const std::set<v1::Engine>& tiers);

}  // namespace paceline
