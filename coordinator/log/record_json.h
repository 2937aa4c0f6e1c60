// An outer step's record as JSON: the lines of log.jsonl, and of `paceline watch --json`; a
// measurement's: those of held-out.jsonl.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "nlohmann/json_fwd.hpp"
#include "paceline/v1/job.pb.h"

namespace paceline {

// JSON has no such numbers: "nan", "inf" and "-inf" are written as strings.
nlohmann::ordered_json NumberJson(double value);
// Keys are the field names of OuterStepRecord; null: the step has no such number.
nlohmann::ordered_json RecordJson(const v1::OuterStepRecord& record);
// Keys are the field names of HeldOutRecord; `cases` is an object by the cases' keys.
nlohmann::ordered_json HeldOutJson(const v1::HeldOutRecord& record);
// The step of a line of RecordJson; nothing if the line is not one.
std::optional<int64_t> StepOfRecordLine(std::string_view line);

}  // namespace paceline
