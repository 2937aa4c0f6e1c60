// gRPC's view of the coordinator's evaluations.
#pragma once

#include "coordinator/api/evaluation_api.h"
#include "paceline/v1/evaluation_service.grpc.pb.h"

namespace paceline {

// What it is given outlives it.
class EvaluationServiceImpl final : public v1::EvaluationService::Service {
 public:
  explicit EvaluationServiceImpl(EvaluationApi& api) : api_(api) {}

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
  EvaluationApi& api_;
};

}  // namespace paceline
