// Answers of the HTTP API as JSON (docs/dashboard.md).
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "common/http/http_message.h"
#include "coordinator/access/caller.h"
#include "nlohmann/json_fwd.hpp"
#include "paceline/v1/evaluation_service.pb.h"
#include "paceline/v1/job.pb.h"

namespace paceline {

// null if it is not finite: JSON has no such numbers.
nlohmann::ordered_json FiniteJson(double value);
// null: it lacks, as 0 does of times.
nlohmann::ordered_json TimeJson(int64_t unix_ms);

nlohmann::ordered_json JobJson(const v1::JobSummary& job);
nlohmann::ordered_json JobDetailJson(const v1::JobDetail& job);
nlohmann::ordered_json MeasuredJson(const v1::HeldOutRecord& record);
nlohmann::ordered_json WorkerRowJson(const v1::WorkerSummary& worker);
// How many there are, and what they compute together.
nlohmann::ordered_json WorkersJson(const v1::ListWorkersReply& workers);
nlohmann::ordered_json EvaluationJson(const v1::EvaluationSummary& evaluation);
nlohmann::ordered_json CallerJson(const Caller& caller);

// Text that is not UTF-8 is mended.
std::string JsonText(const nlohmann::ordered_json& json);
HttpReply JsonReply(const nlohmann::ordered_json& json, int status = 200);
// {"error": {"code": "NOT_FOUND", "message": ...}} under the status of HTTP that fits.
HttpReply ErrorReply(const absl::Status& status);
int HttpStatusOf(absl::StatusCode code);

}  // namespace paceline
