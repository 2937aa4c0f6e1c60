#include "coordinator/load/measured.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "fmt/format.h"

namespace paceline {
namespace {

// A number of /proc/<pid>/status.
uint64_t StatusOf(pid_t pid, const std::string& name) {
  std::ifstream file(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name + ":")) {
      return std::strtoull(line.c_str() + name.size() + 1, nullptr, 10);
    }
  }
  return 0;
}

}  // namespace

uint64_t ResidentBytes(pid_t pid) { return StatusOf(pid, "VmRSS") << 10; }

uint64_t PeakResidentBytes(pid_t pid) { return StatusOf(pid, "VmHWM") << 10; }

int CountThreads(pid_t pid) { return static_cast<int>(StatusOf(pid, "Threads")); }

int CountDescriptors(pid_t pid) {
  std::error_code error;
  const std::filesystem::directory_iterator files(fmt::format("/proc/{}/fd", pid), error);
  return error ? 0 : static_cast<int>(std::distance(begin(files), end(files)));
}

double CpuSeconds(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string line;
  std::getline(file, line);
  const size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream rest(line.substr(name_end + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) rest >> skipped;
  double user = 0, system = 0;
  rest >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double Quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  const auto place =
      std::min(values.size() - 1, static_cast<size_t>(share * static_cast<double>(values.size())));
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(place));
  return values[place];
}

}  // namespace paceline
