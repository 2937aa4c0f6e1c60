// The version of the messages in proto/paceline/v1/worker.proto.
#pragma once

#include <cstdint>

namespace paceline {

// A worker and a coordinator work together only if they have the same.
inline constexpr uint32_t kProtocolVersion = 3;

}  // namespace paceline
