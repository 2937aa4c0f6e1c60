// What this machine computes on.
#pragma once

#include <string>

namespace paceline {

// "AMD EPYC 7B13": /proc/cpuinfo's model name.
std::string ProcessorName();

}  // namespace paceline
