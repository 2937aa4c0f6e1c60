// A config with another estimator in its place.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "paceline/v1/job_config.pb.h"

namespace paceline {

struct Variant {
  std::string kind;  // a key of the schema's Estimator, "gpes:400" with its noise period
  double sigma = 0;
  int64_t window = 0;   // not of full_es
  uint32_t block = 1;   // particles, all in one block
  int64_t episode = 0;  // length of all episodes; 0: as the config says
};

// A config's text and what was set on it: the source of variants, checked as any config is.
class ConfigSource {
 public:
  ConfigSource(std::string yaml, std::string file_name, std::vector<std::string> overrides)
      : yaml_(std::move(yaml)),
        file_name_(std::move(file_name)),
        overrides_(std::move(overrides)) {}

  // InvalidArgument lists all faults.
  absl::StatusOr<v1::JobConfig> Own() const { return With(std::vector<std::string>()); }
  absl::StatusOr<v1::JobConfig> With(std::vector<std::string> more) const;
  absl::StatusOr<v1::JobConfig> With(const Variant& variant) const;

 private:
  std::string yaml_, file_name_;
  std::vector<std::string> overrides_;
};

}  // namespace paceline
