#include "coordinator/cli/doctor/program_checks.h"

#include <string_view>

#include "absl/strings/str_split.h"
#include "fmt/format.h"

namespace paceline {
namespace {

// "0.14.0 (commit 1a2b3c4)", without the program's name.
std::string BuildOf(const std::string& text) {
  const size_t blank = text.find(' ');
  if (blank == std::string::npos) return "";
  return text.substr(blank + 1, text.find('\n') - blank - 1);
}

// What stands behind the key: "protocol", "store format", "engine build".
std::string ValueOf(const std::string& text, const std::string& key) {
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  for (const std::string& line : lines) {
    if (line.starts_with(key + " ")) return line.substr(key.size() + 1);
  }
  return "";
}

Finding NotStarted(const ProgramFacts& program) {
  Finding finding{.verdict = Verdict::kBad,
                  .subject = "programs",
                  .what = fmt::format("{} does not start: {}", program.name, program.error)};
  finding.to_do = program.error.find("libtorch") != std::string::npos ||
                          program.error.find("libc10") != std::string::npos
                      ? "install LibTorch where it was built against: deploy/setup.sh"
                      : "install it beside paceline: cmake --install";
  return finding;
}

Finding Compare(const std::string& own, const ProgramFacts& program) {
  Finding finding{.subject = "programs",
                  .what = fmt::format("{} {}, protocol {}, store format {}", program.name,
                                      BuildOf(program.text), ValueOf(program.text, "protocol"),
                                      ValueOf(program.text, "store format"))};
  for (const char* key : {"protocol", "store format", "engine build"}) {
    if (ValueOf(program.text, key) == ValueOf(own, key)) continue;
    finding.verdict = Verdict::kWarn;
    finding.to_do = fmt::format("build and install all programs together: {} has another {} ({})",
                                "paceline", key, ValueOf(own, key));
  }
  return finding;
}

}  // namespace

std::vector<Finding> CheckPrograms(const std::string& own,
                                   const std::vector<ProgramFacts>& programs) {
  std::vector<Finding> findings;
  findings.reserve(programs.size());
  for (const ProgramFacts& program : programs) {
    findings.push_back(program.text.empty() ? NotStarted(program) : Compare(own, program));
  }
  return findings;
}

}  // namespace paceline
