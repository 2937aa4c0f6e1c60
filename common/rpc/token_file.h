// The token that a client shows.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/rpc/tls_flags.h"

namespace paceline {

// From tls.token_file, else from $PACELINE_TOKEN; empty if there is neither. NotFound, or
// FailedPrecondition for a file that others can read; InvalidArgument, without a word of what it
// is, for what is no token.
absl::StatusOr<std::string> ReadToken(const TlsFlags& tls);

}  // namespace paceline
