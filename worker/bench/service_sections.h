// Sections that need the coordinator's code or processes: the program paceline-bench-coordinator
// beside this one measures them and prints rows. It is absent where there is no gRPC.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "worker/bench/report.h"

namespace paceline {

// Hands over rows as they come. NotFound if the program is not there; Internal with its exit status
// (it has said why on standard error) if it fails.
absl::Status RunServiceSection(const std::string& program,
                               const std::vector<std::string>& arguments,
                               const std::function<void(nlohmann::ordered_json)>& take);

}  // namespace paceline
