// What an outer step was made of, as JobService tells it.
#pragma once

#include "coordinator/store/store.h"
#include "paceline/v1/job.pb.h"

namespace paceline {

// `row` is one of the job with this config.
v1::StepScalars ToStepScalars(const v1::JobConfig& config, const StepRow& row);

}  // namespace paceline
