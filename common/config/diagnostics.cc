#include "common/config/diagnostics.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace paceline {
namespace {

// "tasks[0].weight" -> "tasks[0]" -> "tasks" -> "".
std::string_view Parent(std::string_view path) {
  const size_t cut = path.find_last_of(".[");
  return cut == std::string_view::npos ? std::string_view() : path.substr(0, cut);
}

}  // namespace

bool BrokenFields::Contains(std::string_view path) const {
  for (; !path.empty(); path = Parent(path)) {
    if (paths_.contains(path)) return true;
  }
  return false;
}

bool BrokenFields::ContainsAny(const std::vector<std::string>& paths) const {
  return std::any_of(paths.begin(), paths.end(),
                     [&](const std::string& path) { return Contains(path); });
}

void Diagnostics::Report(std::vector<MarkedFault> faults) {
  std::move(faults.begin(), faults.end(), std::back_inserter(faults_));
}

void Diagnostics::ReportBroken(const std::string& path, Mark mark, std::string message) {
  Report(mark, std::move(message));
  broken_.Add(path);
}

void Diagnostics::Report(const RuleFault& fault) {
  if (!broken_.ContainsAny(fault.looked_at)) Report(Where(fault.path), fault.message);
}

Mark Diagnostics::Where(std::string_view path) const {
  while (true) {
    if (const auto it = marks_.find(path); it != marks_.end()) return it->second;
    if (path.empty()) return {0, 1, 1};
    path = Parent(path);
  }
}

std::vector<MarkedFault> Diagnostics::TakeFaults() {
  std::stable_sort(faults_.begin(), faults_.end(),
                   [](const MarkedFault& a, const MarkedFault& b) { return a.mark < b.mark; });
  return std::exchange(faults_, {});
}

}  // namespace paceline
