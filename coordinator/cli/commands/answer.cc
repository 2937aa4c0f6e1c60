#include "coordinator/cli/commands/answer.h"

#include "nlohmann/json.hpp"

namespace paceline {

void Answer(const Context& context, const nlohmann::ordered_json& json, const std::string& text) {
  // Names and paths may hold any bytes.
  constexpr auto kReplace = nlohmann::ordered_json::error_handler_t::replace;
  context.out() << (context.json ? json.dump(2, ' ', false, kReplace) + "\n" : text);
}

}  // namespace paceline
