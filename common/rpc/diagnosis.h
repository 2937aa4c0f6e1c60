// Why a coordinator cannot be reached, found by asking whatever stands at its address.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "common/rpc/address.h"
#include "common/rpc/tls_flags.h"

namespace paceline {

// A clause about what stands there, and what to do about it; empty where that is no hindrance.
// Takes a few seconds at most.
std::string WhatStandsAt(const Address& address, const TlsFlags& tls);

// A call's error, from FromCall: where the coordinator did not answer (Unavailable,
// DeadlineExceeded) or did not know the request (Unimplemented), Unavailable in words of what
// stands there; else as it is.
absl::Status Diagnosed(const absl::Status& status, const std::string& coordinator,
                       const TlsFlags& tls);

}  // namespace paceline
