// What worker and coordinator must agree on before they talk.
#pragma once

#include <cstdint>

namespace paceline {

// Of worker.proto; Hello carries it, and another number is refused.
inline constexpr uint32_t kProtocolVersion = 1;

}  // namespace paceline
