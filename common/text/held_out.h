// Words for a measurement of θ on held-out tasks.
#pragma once

#include <string>

#include "paceline/v1/job.pb.h"

namespace paceline {

// "held-out progress 0.874 after 500 outer steps, place 3 of 7, 2 of 30 trainings failed".
std::string HeldOutText(const v1::HeldOutRecord& record);

}  // namespace paceline
