// Versions of what programs of different builds exchange.
#pragma once

#include <cstdint>

namespace paceline {

// Of the messages in proto/paceline/v1/worker.proto. A worker and a coordinator work together only
// if they have the same.
inline constexpr uint32_t kProtocolVersion = 3;

// Of the coordinator's database. A coordinator brings older ones, down to the oldest, to its own.
inline constexpr int kStoreFormat = 2, kOldestStoreFormat = 1;

}  // namespace paceline
