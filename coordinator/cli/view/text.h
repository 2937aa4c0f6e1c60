// Words and numbers for people.
#pragma once

#include <string>

#include "paceline/v1/job.pb.h"

namespace paceline {

// The job will not change any more.
bool HasEnded(v1::JobState state);

// "8 s", "3 min 20 s", "2 h 05 min", "4 d 3 h"
std::string DurationText(double seconds);
// "950", "18.2k", "3.40M"
std::string CountText(double count);
// Local time, "2024-05-01 13:45:10"; "-" for 0.
std::string TimeText(int64_t unix_ms);

}  // namespace paceline
