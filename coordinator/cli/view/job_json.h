// What --json prints: the messages of job.proto with their field names as keys, states as words,
// and times as milliseconds since 1970.
#pragma once

#include "nlohmann/json_fwd.hpp"
#include "paceline/v1/job.pb.h"

namespace paceline {

nlohmann::ordered_json SummaryJson(const v1::JobSummary& summary);
nlohmann::ordered_json DetailJson(const v1::JobDetail& detail);
nlohmann::ordered_json ProgressJson(const v1::Progress& progress);
nlohmann::ordered_json LogEntryJson(const v1::LogEntry& entry);
nlohmann::ordered_json WorkerJson(const v1::WorkerSummary& worker);

}  // namespace paceline
