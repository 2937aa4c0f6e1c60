// Small tasks that are networks.
#pragma once

#include <vector>

#include "paceline/v1/task.pb.h"

namespace paceline::testing {

// Of every family without text, with norms, dropout and settings that an episode draws.
std::vector<v1::Task> SmallNetworks();

}  // namespace paceline::testing
