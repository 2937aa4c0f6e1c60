// The trace that a call is part of, as it goes with the call.
#pragma once

#include "grpcpp/client_context.h"

namespace paceline {

// Before the call: what the calling thread works for (CurrentTrace), if it works for anything.
void SendTrace(grpc::ClientContext& context);

}  // namespace paceline
