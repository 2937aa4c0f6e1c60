// The dynamical systems that task.proto knows.
#pragma once

#include <memory>

#include "worker/task/systems/system.h"

namespace paceline {

// Null if the task is no system.
std::unique_ptr<System> MakeSystem(const v1::Task& config);

}  // namespace paceline
