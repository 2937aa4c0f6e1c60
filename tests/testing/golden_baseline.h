// Baselines of golden files: the library's constructor arguments as settings of ours.
#pragma once

#include <string>

#include "common/baseline/schedule.h"
#include "paceline/v1/evaluation.pb.h"
#include "tests/testing/golden.h"

namespace paceline::testing {

// The length of the training that a trajectory is the beginning of.
int64_t StepsOf(const GoldenFile& file);

// Fills the setting of a baseline_trajectory and returns nothing; or says why there is none.
std::string SettingOf(const GoldenFile& file, v1::BaselineSetting& setting);

struct GoldenSchedule {
  double peak = 1;
  Schedule schedule = {};
  int64_t updates = 1;
};
// The same for a schedule of a `schedules` file.
std::string ScheduleOf(const nlohmann::json& config, const std::string& name,
                       GoldenSchedule& schedule);

}  // namespace paceline::testing
