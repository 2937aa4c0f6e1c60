// Rules between the fields of a task.
#pragma once

#include "common/task/network_family.h"

namespace paceline {

// Of a task that FieldFault finds nothing wrong with.
TaskFault FaultOf(const v1::Task& task);

// Neither FieldFault nor FaultOf has anything to say of it, whatever its weight.
bool IsValid(const v1::Task& task);

// The message of the task's kind as a config names it: "vit"; empty without one.
std::string KindOf(const v1::Task& task);

}  // namespace paceline
