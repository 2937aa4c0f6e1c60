// Which protocol a worker and this coordinator speak with each other.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "common/base/protocol.h"
#include "paceline/v1/worker.pb.h"

namespace paceline {

// Versions that one side speaks, both ends included.
struct ProtocolWindow {
  uint32_t oldest = kOldestProtocolVersion;
  uint32_t newest = kProtocolVersion;
};

// The highest one that both speak. FailedPrecondition if there is none, saying which side is to be
// updated; InvalidArgument if what the worker says is no window.
absl::StatusOr<uint32_t> AgreeOnProtocol(const v1::Hello& hello, const ProtocolWindow& own = {});

}  // namespace paceline
