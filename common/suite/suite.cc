#include "common/suite/suite.h"

#include <utility>

#include "common/base/file.h"
#include "common/config/config.h"
#include "common/config/read_message.h"
#include "common/config/suite_rules.h"

namespace paceline {
namespace {

std::vector<RuleFault> RulesOf(const v1::Suite& suite) {
  std::vector<RuleFault> faults;
  CheckSuiteRules(suite, "", faults);
  return faults;
}

}  // namespace

ParsedSuite ParseSuite(std::string_view yaml, std::string_view file_name,
                       std::span<const std::string> overrides) {
  ParsedSuite parsed;
  const MessageKind kind = {
      .noun = "suite",
      .if_empty = "the suite is empty; configs/suites/suite-quick.yaml is one to start from",
      .if_no_mapping = "a suite is a mapping; begin with the line name: NAME",
      .rules = [&] { return RulesOf(parsed.suite); }};
  parsed.faults = ReadMessage({yaml, file_name, overrides}, kind, parsed.suite);
  return parsed;
}

absl::StatusOr<v1::Suite> LoadSuite(const std::string& path,
                                    std::span<const std::string> overrides) {
  const auto yaml = ReadFile(path, kMaxConfigBytes);
  if (!yaml.ok()) return yaml.status();
  ParsedSuite parsed = ParseSuite(*yaml, path, overrides);
  if (!parsed.faults.empty()) return ToStatus(parsed.faults);
  return std::move(parsed.suite);
}

std::vector<std::string> CheckSuite(const v1::Suite& suite) {
  return CheckMessage(suite, RulesOf(suite));
}

std::string PrintSuite(const v1::Suite& suite) { return PrintMessage(suite); }

}  // namespace paceline
