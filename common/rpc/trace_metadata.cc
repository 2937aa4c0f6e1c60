#include "common/rpc/trace_metadata.h"

#include <string>

#include "common/trace/current.h"

namespace paceline {

void SendTrace(grpc::ClientContext& context) {
  const std::string traceparent = ToTraceparent(CurrentTrace());
  if (!traceparent.empty()) context.AddMetadata(kTraceparent, traceparent);
}

}  // namespace paceline
