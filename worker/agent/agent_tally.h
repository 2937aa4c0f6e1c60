// What an agent counts of the windows that it has answered for.
#pragma once

#include <mutex>

#include "paceline/v1/job_config.pb.h"
#include "paceline/v1/worker.pb.h"
#include "worker/agent/agent_numbers.h"

namespace paceline {

// Thread-safe.
class AgentTally {
 public:
  void Count(const v1::WindowResult& result, const v1::JobConfig& config);
  void CountFailure();
  // Those that rise.
  AgentNumbers Numbers();

 private:
  std::mutex mutex_;
  AgentNumbers numbers_;  // guarded by mutex_
};

}  // namespace paceline
