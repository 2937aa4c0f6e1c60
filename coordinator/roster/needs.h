// What workers must have to compute some tasks, beside engines and data.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "coordinator/roster/roster.h"
#include "paceline/v1/job_config.pb.h"

namespace paceline {

struct Needs {
  uint32_t protocol = 0;          // the oldest that knows what the tasks say; 0: any does
  std::set<std::string> plugins;  // digests

  // Of one more task, as it is trained.
  void Add(const v1::Task& task);
};
Needs NeedsOf(const v1::JobConfig& config);

// What the worker has not done, "loaded the plug-in ..."; empty if it lacks nothing.
std::string LackOf(const Needs& needs, const Worker& worker);

}  // namespace paceline
