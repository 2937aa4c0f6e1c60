// What gRPC has no settings for in its TLS.
#pragma once

#include <functional>
#include <string>

namespace paceline {

// From the first call on, no TLS connection of this process, of gRPC's or of others, takes less
// than TLS 1.3; none goes on where an earlier one ended, because the certificate of that time would
// not be looked at again; and each certificate of another side that will not do is heard of
// (HearRefusedCertificates).
void KeepTlsRules();

// Calls `hear` with whose certificate it was and what is wrong with it, on whichever thread; empty:
// nobody listens. Once this returns, the listener before is not called any more.
void HearRefusedCertificates(std::function<void(const std::string& reason)> hear);

}  // namespace paceline
