#include "common/base/processor_name.h"

#include <algorithm>
#include <fstream>

namespace paceline {

std::string ProcessorName() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    const size_t colon = line.find(':');
    if (!line.starts_with("model name") || colon == std::string::npos) continue;
    return line.substr(std::min(line.size(), colon + 2));
  }
  return "unknown processor";
}

}  // namespace paceline
