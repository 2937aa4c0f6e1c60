// How an evaluation stands.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "common/base/clock.h"
#include "coordinator/cli/client/watcher.h"
#include "paceline/v1/evaluation_service.pb.h"

namespace grpc {
class Channel;
}  // namespace grpc

namespace paceline {

class EvaluationWatcher : public Watcher<v1::EvaluationSummary> {
 public:
  EvaluationWatcher(std::shared_ptr<grpc::Channel> channel, const std::string& coordinator,
                    const std::string& name,
                    std::chrono::seconds patience = std::chrono::minutes(10),
                    const Clock& clock = Clock::Real());
};

}  // namespace paceline
