// Strict YAML to JobConfig and back. The schema is proto/paceline/v1/job_config.proto; its
// FieldRules give ranges and defaults. A config is accepted whole or refused with every fault
// listed. `evaluate.suite` may be the name of a suite's file, from the config's folder.
//
// What is stricter than YAML: one document that is a mapping, of at most 256 KiB of UTF-8; no
// anchors, aliases, tags or merge keys; no key twice; numbers as a person reads them (010, 0x10,
// 1_000, .5, .nan and quoted numbers are refused, and so is 1e3 for a whole number).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/config/fault.h"
#include "paceline/v1/job_config.pb.h"

namespace paceline {

inline constexpr size_t kMaxConfigBytes = 256 * 1024;

struct ParsedConfig {
  // With every default filled in and its shares resolved (task_shares.h). Valid if there are no
  // faults, else not to be used.
  v1::JobConfig config;
  // By position; those of overrides last.
  std::vector<Fault> faults;
};

// Whether the text may name files: it may not where it has come from elsewhere.
enum class Files { kNone, kMayBeNamed };

// `overrides` are like "outer.steps=60", "tasks[0].image_mlp.batch=64" or "estimator.pes={window:
// 50}". Each sets one value, in order, before anything is checked. The keys on its way are made
// where they lack, and an alternative takes the place of its rivals (estimator.pes that of
// estimator.nres). Values are YAML.
ParsedConfig ParseConfig(std::string_view yaml, std::string_view file_name,
                         std::span<const std::string> overrides = {}, Files files = Files::kNone);

// InvalidArgument lists all faults, one per line; otherwise as ReadFile.
absl::StatusOr<v1::JobConfig> LoadConfig(const std::string& path,
                                         std::span<const std::string> overrides = {});

// The same rules on a message from anywhere; empty if it is valid. Faults name fields
// ("tasks[0].image_mlp.batch is 0; ..."). At most 100 are listed, then a line says how many there
// are more.
std::vector<std::string> CheckConfig(const v1::JobConfig& config);

// YAML that ParseConfig reads back to an equal message, if `config` is valid; optional values that
// it lacks then have their defaults.
std::string PrintConfig(const v1::JobConfig& config);

}  // namespace paceline
