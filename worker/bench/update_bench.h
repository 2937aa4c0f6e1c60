// Time of one update of every optimizer, learned (at the schema's defaults) and hand-designed (at
// its own), alone on one core, beside a plain copy within as much memory as it goes over: of one
// half of parameters, gradient and state onto the other. No update moves fewer bytes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "nlohmann/json_fwd.hpp"

namespace paceline {

struct UpdateBenchOptions {
  std::vector<std::string> tasks{"mlp:64-32-10", "mlp:784-128-128-10"};  // whose tensors
  double seconds = 0.2;                                                  // per optimizer and task
};

// Rows of section "updates", each as soon as it is measured. InvalidArgument as MakeCases, of a
// task's words.
absl::Status RunUpdateSection(const UpdateBenchOptions& options,
                              const std::function<void(nlohmann::ordered_json)>& take);

}  // namespace paceline
