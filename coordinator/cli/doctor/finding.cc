#include "coordinator/cli/doctor/finding.h"

#include <algorithm>

#include "common/text/printable.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

const char* Word(Verdict verdict) {
  switch (verdict) {
    case Verdict::kOk:
      return "ok";
    case Verdict::kWarn:
      return "warn";
    case Verdict::kBad:
      return "bad";
  }
  return "";
}

}  // namespace

bool AnyBad(const std::vector<Finding>& findings) {
  return std::ranges::any_of(
      findings, [](const Finding& finding) { return finding.verdict == Verdict::kBad; });
}

std::string FindingsText(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& one : findings) {
    text += fmt::format("{:<5} {:<12} {}\n", Word(one.verdict), one.subject, Printable(one.what));
    if (!one.to_do.empty()) text += fmt::format("{:>21} {}\n", "->", Printable(one.to_do));
  }
  return text;
}

nlohmann::ordered_json FindingsJson(const std::vector<Finding>& findings) {
  auto json = nlohmann::ordered_json::array();
  for (const Finding& one : findings) {
    json.push_back({{"verdict", Word(one.verdict)},
                    {"subject", one.subject},
                    {"what", one.what},
                    {"to_do", one.to_do}});
  }
  return json;
}

}  // namespace paceline
