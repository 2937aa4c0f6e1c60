// The rules that a task's message states for its fields, for programs that a config reaches by
// other ways than its file.
#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "paceline/v1/options.pb.h"

namespace paceline {

// Finite, and within the rule's bounds.
bool IsInRange(double value, const v1::FieldRule& rule);

// The first number, enumeration or list that task.proto does not allow, such as "conv_net.batch is
// 0, which task.proto does not allow"; empty if there is none. Absent optional fields and messages
// are allowed.
std::string FieldFault(const google::protobuf::Message& message, const std::string& path = "");

}  // namespace paceline
