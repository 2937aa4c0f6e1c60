// TLS to a stranger, to see what is wrong with it: gRPC reports only that it failed.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "common/rpc/address.h"
#include "common/rpc/tls_flags.h"

namespace paceline {

// What a TLS client says first.
std::string TlsGreeting();
// Whether that is how a TLS server answers, with a handshake or an alert.
bool IsTls(const std::string& words);

// Shakes hands as a client with `tls` would. OK if both sides agree. FailedPrecondition: what is
// wrong with the other side's certificate or with ours, and what to do; Unimplemented: the other
// side does not speak TLS; DeadlineExceeded: it says nothing; else as ConnectTo.
absl::Status TryTls(const Address& address, const TlsFlags& tls);

}  // namespace paceline
