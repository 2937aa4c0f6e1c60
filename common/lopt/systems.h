// Tasks that are dynamical systems, whose parameters are θ itself.
#pragma once

#include <cstddef>

#include "paceline/v1/task.pb.h"

namespace paceline {

// Numbers of θ; 0 if the task is no system.
size_t SystemThetaSize(const v1::Task& task);
inline bool IsSystem(const v1::Task& task) { return SystemThetaSize(task) > 0; }

}  // namespace paceline
