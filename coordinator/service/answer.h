// What a handler makes of what the coordinator said.
#pragma once

#include <utility>

#include "absl/status/statusor.h"

namespace paceline {

template <typename Reply>
absl::Status Fill(Reply* reply, absl::StatusOr<Reply> from) {
  if (!from.ok()) return from.status();
  *reply = *std::move(from);
  return absl::OkStatus();
}

}  // namespace paceline
