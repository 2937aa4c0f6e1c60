// Messages on their way to workers.
#pragma once

#include <memory>

#include "coordinator/roster/roster.h"
#include "paceline/v1/worker.pb.h"

namespace paceline {

// A message that may be in several workers' queues at once.
using SharedMessage = std::shared_ptr<const v1::CoordinatorMessage>;

struct Outgoing {
  WorkerId to{};
  SharedMessage message;
};

}  // namespace paceline
