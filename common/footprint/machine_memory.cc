#include "common/footprint/machine_memory.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>

namespace paceline {
namespace {

std::string Contents(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::optional<uint64_t> NumberIn(const std::string& path) {
  const std::string text = Contents(path);
  uint64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc()) return std::nullopt;  // "max", or no such file
  return value;
}

struct Group {
  std::string limit, used;  // files
};

// Version 2 has one hierarchy, version 1 one for memory.
Group GroupOf(const std::string& line) {
  const size_t second = line.find(':', line.find(':') + 1);
  if (second == std::string::npos) return {};
  const std::string path = line.substr(second + 1);
  if (line.starts_with("0::")) {
    const std::string folder = "/sys/fs/cgroup" + path;
    return {folder + "/memory.max", folder + "/memory.current"};
  }
  if (line.find(":memory:") == std::string::npos) return {};
  const std::string folder = "/sys/fs/cgroup/memory" + path;
  return {folder + "/memory.limit_in_bytes", folder + "/memory.usage_in_bytes"};
}

}  // namespace

uint64_t AvailableMemory(std::string_view meminfo, std::optional<uint64_t> limit, uint64_t used) {
  uint64_t available = 0;
  constexpr std::string_view kKey = "MemAvailable:";
  if (const size_t at = meminfo.find(kKey); at != std::string_view::npos) {
    meminfo.remove_prefix(meminfo.find_first_not_of(' ', at + kKey.size()));
    std::from_chars(meminfo.data(), meminfo.data() + meminfo.size(), available);
    available *= 1024;
  }
  if (!limit) return available;
  const uint64_t left = *limit > used ? *limit - used : 0;
  return available == 0 ? left : std::min(available, left);
}

uint64_t AvailableMemory() {
  uint64_t available = AvailableMemory(Contents("/proc/meminfo"), std::nullopt, 0);
  std::ifstream groups("/proc/self/cgroup");
  // Within a container the group's own path is often not mounted, its root is.
  std::string line = "0::/";
  do {
    const Group group = GroupOf(line);
    if (const auto limit = NumberIn(group.limit)) {
      const uint64_t used = NumberIn(group.used).value_or(0);
      const uint64_t left = *limit > used ? *limit - used : 0;
      available = available == 0 ? left : std::min(available, left);
    }
  } while (std::getline(groups, line));
  return available;
}

std::string BytesText(uint64_t bytes) {
  const char* unit = "B";
  auto value = static_cast<double>(bytes);
  for (const char* larger : {"kB", "MB", "GB", "TB"}) {
    if (value < 999.5) break;
    value /= 1000;
    unit = larger;
  }
  char text[32];
  const int digits = bytes < 1000 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  std::snprintf(text, sizeof text, "%.*f %s", digits, value, unit);
  return text;
}

std::optional<uint64_t> ParseBytes(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !(value > 0)) return std::nullopt;
  std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
  if (unit.ends_with('B')) unit.remove_suffix(1);
  const double factor = unit.empty()                 ? 1
                        : unit == "k" || unit == "K" ? 1e3
                        : unit == "M"                ? 1e6
                        : unit == "G"                ? 1e9
                        : unit == "T"                ? 1e12
                                                     : 0;
  if (factor == 0 || value * factor > 1e18) return std::nullopt;
  return static_cast<uint64_t>(value * factor);
}

std::string CheckMemoryFlag(const std::string& text) {
  const std::optional<uint64_t> bytes = ParseBytes(text);
  if (!bytes) return "'" + text + "' is no size such as 512M or 16G";
  if (*bytes < 1'000'000) return "'" + text + "' is less than 1 MB: give a unit, as in 512M or 16G";
  return "";
}

}  // namespace paceline
