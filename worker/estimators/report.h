// A study for people, programs and browsers.
#pragma once

#include <string>
#include "nlohmann/json_fwd.hpp"

#include "worker/estimators/study.h"

namespace paceline {

std::string StudyText(const Study& study);
nlohmann::ordered_json StudyJson(const Study& study);
// Two panels: variance per inner step spent against σ, and the variance of one whole-episode
// estimate against the episode's length.
std::string StudySvg(const Study& study);

}  // namespace paceline
