// Settings that are used on tasks where nothing was tuned.
#pragma once

#include "common/baseline/rules.h"
#include "paceline/v1/evaluation.pb.h"

namespace paceline {

// What was best on the reference task, configs/suites/reference.yaml, which shows how they were
// found and finds them again.
v1::BaselineSetting TransferredSetting(const BaselineRule& rule);

}  // namespace paceline
