// gRPC's view of the coordinator's evaluations.
#pragma once

#include <string>

#include "coordinator/api/evaluation_api.h"
#include "coordinator/service/call_gate.h"
#include "paceline/v1/evaluation_service.grpc.pb.h"

namespace paceline {

// What it is given outlives it.
class EvaluationServiceImpl final : public v1::EvaluationService::Service {
 public:
  EvaluationServiceImpl(EvaluationApi& api, const CallGate& gate) : api_(api), gate_(gate) {}

  grpc::Status Submit(grpc::ServerContext*, const v1::SubmitEvaluationRequest*,
                      v1::SubmitEvaluationReply*) override;
  grpc::Status List(grpc::ServerContext*, const v1::ListEvaluationsRequest*,
                    v1::ListEvaluationsReply*) override;
  grpc::Status Show(grpc::ServerContext*, const v1::EvaluationRequest*,
                    v1::EvaluationDetail*) override;
  grpc::Status Watch(grpc::ServerContext*, const v1::EvaluationRequest*,
                     grpc::ServerWriter<v1::EvaluationSummary>*) override;
  grpc::Status Cancel(grpc::ServerContext*, const v1::EvaluationRequest*,
                      v1::EvaluationSummary*) override;
  grpc::Status Delete(grpc::ServerContext*, const v1::EvaluationRequest*,
                      v1::DeleteEvaluationReply*) override;
  grpc::Status GetResult(grpc::ServerContext*, const v1::EvaluationRequest*,
                         grpc::ServerWriter<v1::EvaluationChunk>*) override;

 private:
  // What is done to an evaluation, whose owner is looked up first.
  grpc::Status Change(const grpc::ServerContext& context, std::string_view method,
                      const std::string& evaluation, const CallGate::Action& action) const;

  EvaluationApi& api_;
  const CallGate& gate_;
};

}  // namespace paceline
