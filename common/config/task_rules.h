// The rules of a task that no single field can state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/config/diagnostics.h"
#include "paceline/v1/task.pb.h"

namespace paceline {

// What one field of a task demands of another. `path`: of the task; empty: it stands alone.
void CheckTaskRules(const v1::Task& task, const std::string& path, std::vector<RuleFault>& faults);

// "{quadratic: {dimension: 10}}" with defaults filled in. InvalidArgument lists all faults, one per
// line, each after `name` and its place.
absl::StatusOr<v1::Task> ParseTask(std::string_view yaml, std::string_view name);

// The task with another value of one of its fields: "image_mlp.hidden", "[64, 64]". Errors as
// ParseTask, named after the assignment.
absl::StatusOr<v1::Task> WithValue(const v1::Task& task, const std::string& field,
                                   const std::string& value);

}  // namespace paceline
