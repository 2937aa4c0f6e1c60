#include "common/base/process_use.h"

#include <sys/resource.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace paceline {
namespace {

// Fields of /proc/self/stat behind the program's name, as proc(5) numbers them.
constexpr int kFirstField = 3, kThreads = 20, kStart = 22;

// When the machine started, in Unix time.
double BootTime() {
  std::ifstream stat("/proc/stat");
  for (std::string line; std::getline(stat, line);) {
    if (line.starts_with("btime ")) return std::strtod(line.c_str() + 6, nullptr);
  }
  return 0;
}

void ReadStat(ProcessUse& use) {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  std::istringstream rest(line.substr(std::min(line.size(), line.rfind(')') + 1)));
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  std::string text;
  for (int field = kFirstField; field <= kStart && rest >> text; ++field) {
    const double value = std::strtod(text.c_str(), nullptr);
    if (field == kThreads) use.threads = static_cast<int>(value);
    if (field == kStart) use.started = BootTime() + value / ticks;
  }
}

double CpuSeconds() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
}

int CountOpenFiles() {
  std::error_code error;
  const std::filesystem::directory_iterator files("/proc/self/fd", error);
  // The folder that is read is open, too.
  return error ? 0 : static_cast<int>(std::distance(begin(files), end(files))) - 1;
}

}  // namespace

uint64_t OwnResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  uint64_t all = 0, resident = 0;
  statm >> all >> resident;
  return resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

ProcessUse ReadProcessUse() {
  ProcessUse use{.cpu_seconds = CpuSeconds(),
                 .resident_bytes = OwnResidentBytes(),
                 .open_files = CountOpenFiles()};
  ReadStat(use);
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) use.most_files = static_cast<int64_t>(limit.rlim_cur);
  return use;
}

}  // namespace paceline
