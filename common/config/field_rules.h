// The rules that the config's messages state for single fields and alternatives, applied to a
// message.
#pragma once

#include <google/protobuf/message.h>

#include <vector>

#include "common/config/diagnostics.h"

namespace paceline {

// Ranges, patterns, list lengths, known enum values, present messages, one alternative of each
// choice, no fields that this program does not know. Holds for any message. A list that is too long
// is not looked into.
std::vector<RuleFault> CheckFieldRules(const google::protobuf::Message& message);

}  // namespace paceline
