// What a handler returns of what the coordinator said.
#pragma once

#include <utility>

#include "absl/status/statusor.h"
#include "common/rpc/status.h"

namespace paceline {

template <typename Reply>
grpc::Status Answer(absl::StatusOr<Reply> from, Reply* reply) {
  if (!from.ok()) return ToGrpc(from.status());
  *reply = *std::move(from);
  return grpc::Status::OK;
}

}  // namespace paceline
