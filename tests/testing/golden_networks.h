// Tasks of the golden files as configs, and what their networks are given: the seam between the
// library's words and ours.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/network/network.h"
#include "tests/testing/golden.h"
#include "worker/network/inputs.h"

namespace paceline::testing {

// Of config["variant_names"]; one empty name where there are none.
std::vector<std::string> VariantsOf(const GoldenFile& file);

// A file's config with what the variant changes of it.
nlohmann::json VariantConfig(const GoldenFile& file, const std::string& variant);

// The task that a file's config describes; images are of a folder, whatever their size.
// Unimplemented, with the reason, for a task that we do not have or an option that is not known.
absl::StatusOr<v1::Task> ConfigOf(const nlohmann::json& config);
absl::StatusOr<v1::Task> ConfigOf(const GoldenFile& file, const std::string& variant);

// Of a valid config, also where a plain MLP or quadratic has no family of its own.
Network GoldenNetwork(const v1::Task& task);
// The same with the constants that are drawn in the library and recorded in the file.
Network GoldenNetwork(const v1::Task& task, const GoldenFile& file);

// A task_gradient file's batch, draws of the step and draws of the episode. Without choices.
NetworkInputs GoldenInputs(const GoldenFile& file, const Network& network);
// Step `step` of an inner_training_long file.
NetworkInputs GoldenStepInputs(const GoldenFile& file, const Network& network, int64_t step);

}  // namespace paceline::testing
