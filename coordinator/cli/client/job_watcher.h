// A job's progress.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "common/base/clock.h"
#include "coordinator/cli/client/watcher.h"
#include "paceline/v1/job.pb.h"

namespace grpc {
class Channel;
}  // namespace grpc

namespace paceline {

// Of outer steps those after `after_step`; none comes twice.
class JobWatcher : public Watcher<v1::Progress> {
 public:
  JobWatcher(std::shared_ptr<grpc::Channel> channel, const std::string& coordinator,
             const std::string& job, int64_t after_step,
             std::chrono::seconds patience = std::chrono::minutes(10),
             const Clock& clock = Clock::Real());
};

}  // namespace paceline
