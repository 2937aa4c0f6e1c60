// The families of tasks whose loss is a Network.
#pragma once

#include <optional>

#include "common/network/network.h"
#include "common/task/network_family.h"

namespace paceline {

// Null for a task that is computed otherwise: a dynamical system, a plain MLP, a simple quadratic.
const NetworkFamily* NetworkFamilyOf(const v1::Task& task);

// The network of a valid task; none where there is no family.
std::optional<Network> NetworkOf(const v1::Task& task);

// The message of the task's kind, as a field of the task; null without one.
const google::protobuf::FieldDescriptor* KindField(const v1::Task& task);

// The same task with another batch size.
v1::Task WithBatch(const v1::Task& task, int64_t batch);

}  // namespace paceline
