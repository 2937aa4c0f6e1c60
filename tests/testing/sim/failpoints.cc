#include "tests/testing/sim/failpoints.h"

#include "absl/strings/str_split.h"
#include "fmt/format.h"

namespace paceline {
namespace {

constexpr char kRequired[] = R"(
client asks again
)";

}  // namespace

const std::vector<std::string>& Failpoints::Required() {
  static const std::vector<std::string> names = absl::StrSplit(kRequired, '\n', absl::SkipEmpty());
  return names;
}

void Failpoints::Reach(std::string_view name) {
  const auto found = counts_.find(name);
  if (found != counts_.end()) {
    ++found->second;
  } else {
    counts_.emplace(name, 1);
  }
}

void Failpoints::Reach(std::string_view kind, std::string_view what) {
  std::string name(kind);
  name += ' ';
  name += what;
  Reach(name);
}

void Failpoints::Add(const Failpoints& other) {
  for (const auto& [name, count] : other.counts_) counts_[name] += count;
}

std::vector<std::string> Failpoints::Missing() const {
  std::vector<std::string> missing;
  for (const std::string& name : Required()) {
    if (!counts_.contains(name)) missing.push_back(name);
  }
  return missing;
}

std::string Failpoints::ToText() const {
  std::string text;
  for (const auto& [name, count] : counts_) text += fmt::format("{:>9}  {}\n", count, name);
  return text;
}

}  // namespace paceline
