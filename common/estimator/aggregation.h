// What a job's `aggregation` says of the answers that make an outer step.
#pragma once

#include <cstdint>

#include "paceline/v1/job_config.pb.h"

namespace paceline {

bool IsQuorum(const v1::JobConfig& config);
bool IsAsync(const v1::JobConfig& config);
// Of neither kind: every outer step counts all of its windows. Also of configs from before there
// was a choice.
bool IsStrict(const v1::JobConfig& config);

// The most outer steps by which an answer that counts may be older than the outer step: 0 but for
// async.
int64_t MostAge(const v1::JobConfig& config);
// The weight of an answer of that age beside one of age 0, in the mean that the gradient is.
double AgeWeight(const v1::JobConfig& config, int64_t age);

}  // namespace paceline
