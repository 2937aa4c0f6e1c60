// The one thing that gRPC says on its log alone and a person needs to hear.
#pragma once

#include <functional>
#include <string>

namespace paceline {

// Calls `hear` with gRPC's reason for each TLS handshake of this process that fails, on whichever
// thread; empty: nobody listens. What else gRPC has to say is dropped from then on. Once this
// returns, the listener before is not called any more.
void HearFailedHandshakes(std::function<void(const std::string& reason)> hear);

}  // namespace paceline
