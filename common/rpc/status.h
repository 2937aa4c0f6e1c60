// grpc::Status and absl::Status: the same codes under two names.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace paceline {

// A code that absl does not know becomes Unknown.
absl::Status FromGrpc(const grpc::Status& status);
// Control characters in the message are replaced, and it is cut to 4 KiB: it travels as metadata.
grpc::Status ToGrpc(const absl::Status& status);

// What a client tells its user about a call to `coordinator`: as FromGrpc, but where the
// coordinator did not answer, or did not know the request (Unimplemented), a sentence that says so
// and what to look at.
absl::Status FromCall(const grpc::Status& status, const std::string& coordinator);

}  // namespace paceline
