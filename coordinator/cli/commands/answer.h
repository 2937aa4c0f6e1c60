// What a command says in the end.
#pragma once

#include <string>

#include "coordinator/cli/commands/context.h"
#include "nlohmann/json_fwd.hpp"

namespace paceline {

// With --json the object and nothing else, otherwise the text.
void Answer(const Context& context, const nlohmann::ordered_json& json, const std::string& text);

}  // namespace paceline
