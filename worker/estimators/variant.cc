#include "worker/estimators/variant.h"

#include "absl/strings/str_join.h"
#include "common/config/config.h"
#include "fmt/format.h"

namespace paceline {

absl::StatusOr<v1::JobConfig> ConfigSource::With(std::vector<std::string> more) const {
  more.insert(more.begin(), overrides_.begin(), overrides_.end());
  ParsedConfig parsed = ParseConfig(yaml_, file_name_, more, Files::kMayBeNamed);
  if (parsed.faults.empty()) return std::move(parsed.config);
  return absl::InvalidArgumentError(absl::StrJoin(
      parsed.faults, "\n", [](std::string* out, const Fault& fault) { *out += fault.ToString(); }));
}

// Field by field: what else the config says of the same kind stays.
absl::StatusOr<v1::JobConfig> ConfigSource::With(const Variant& variant) const {
  const size_t colon = variant.kind.find(':');
  const std::string path = "estimator." + variant.kind.substr(0, colon);
  std::vector<std::string> more = {fmt::format("estimator.particles={}", variant.block),
                                   fmt::format("estimator.block={}", variant.block),
                                   fmt::format("{}.sigma={:.17g}", path, variant.sigma)};
  if (path != "estimator.full_es") {
    more.push_back(fmt::format("{}.window={}", path, variant.window));
  }
  if (colon != std::string::npos) {
    more.push_back(path + ".period=" + variant.kind.substr(colon + 1));
  }
  if (variant.episode > 0) {
    more.push_back(fmt::format("episode={{constant: {{steps: {}}}}}", variant.episode));
  }
  return With(std::move(more));
}

}  // namespace paceline
