#include "coordinator/cli/client/evaluation_watcher.h"

#include <utility>

#include "common/rpc/status.h"
#include "common/text/evaluation_state.h"
#include "grpcpp/channel.h"
#include "paceline/v1/evaluation_service.grpc.pb.h"

namespace paceline {

EvaluationWatcher::EvaluationWatcher(std::shared_ptr<grpc::Channel> channel,
                                     const std::string& coordinator, const std::string& name,
                                     std::chrono::seconds patience, const Clock& clock)
    : Watcher(
          {coordinator, patience, clock},
          [channel = std::move(channel), coordinator, name](grpc::ClientContext& context,
                                                            const Take& take) {
            v1::EvaluationRequest request;
            request.set_evaluation(name);
            const auto reader = v1::EvaluationService::NewStub(channel)->Watch(&context, request);
            for (v1::EvaluationSummary summary; reader->Read(&summary);) take(summary);
            return FromCall(reader->Finish(), coordinator);
          },
          [](const v1::EvaluationSummary& summary) { return HasEnded(summary.state()); }) {}

}  // namespace paceline
