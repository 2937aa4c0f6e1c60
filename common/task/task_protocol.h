// Which workers know what a task's config says.
#pragma once

#include <cstdint>

#include "paceline/v1/task.pb.h"

namespace paceline {

// The oldest protocol (common/base/protocol.h) whose workers compute the task as it is meant: an
// older one would leave out what it does not know, or call the task one of no kind. 0: all do.
uint32_t TaskProtocol(const v1::Task& task);

}  // namespace paceline
