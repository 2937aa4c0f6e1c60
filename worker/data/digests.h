// What a job's result depends on beside its config: the content of its data sets.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "paceline/v1/job_config.pb.h"
#include "worker/data/dataset.h"

namespace paceline {

// One for each data set that the job's tasks use, in the order of their names; none for a job
// without data. The data stay in `data`, whose first reading of them computes the digest. Errors as
// DataStore.
absl::StatusOr<std::vector<DataDigest>> DataDigests(const v1::JobConfig& config, DataStore& data);

}  // namespace paceline
