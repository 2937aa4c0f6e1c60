// Strict YAML to a suite of an evaluation (proto/paceline/v1/evaluation.proto), as config.h's to a
// job.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/config/fault.h"
#include "paceline/v1/evaluation.pb.h"

namespace paceline {

struct ParsedSuite {
  // With every default filled in. Valid if there are no faults, else not to be used.
  v1::Suite suite;
  // By position; those of overrides last.
  std::vector<Fault> faults;
};

// `overrides` are like "seeds=20" or "tuning.trials=0".
ParsedSuite ParseSuite(std::string_view yaml, std::string_view file_name,
                       std::span<const std::string> overrides = {});

// InvalidArgument lists all faults, one per line; otherwise as ReadFile.
absl::StatusOr<v1::Suite> LoadSuite(const std::string& path,
                                    std::span<const std::string> overrides = {});

// The same rules on a message from anywhere; empty if it is valid.
std::vector<std::string> CheckSuite(const v1::Suite& suite);

// YAML that ParseSuite reads back to an equal message.
std::string PrintSuite(const v1::Suite& suite);

}  // namespace paceline
