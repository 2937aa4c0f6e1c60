// When a job's θ is measured on tasks that it is not trained on (JobConfig.evaluate), and what the
// measurements say of it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "paceline/v1/job.pb.h"
#include "paceline/v1/job_config.pb.h"

namespace paceline {

// Whether θ after so many outer steps is; the last one is, θ_0 is not.
bool IsMeasured(const v1::JobConfig& config, int64_t step);

// For people, where the newest θ is of little use though the job goes on: most of its trainings
// fail; or, once there are no outer steps to come, an earlier θ was clearly better. `records` are
// by outer step.
std::optional<std::string> HeldOutWarning(std::span<const v1::HeldOutRecord> records, bool done);

}  // namespace paceline
