// An EvaluationService that answers from a script.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "paceline/v1/evaluation_service.grpc.pb.h"

namespace paceline {

class FakeEvaluationService : public v1::EvaluationService::Service {
 public:
  // What it knows and has been told; set up before Serve, or read after a call.
  std::map<std::string, v1::EvaluationDetail> evaluations;
  // Each is watched in this state at last.
  v1::EvaluationState end = v1::EVALUATION_STATE_SUCCEEDED;
  v1::Evaluation result;
  std::vector<v1::SubmitEvaluationRequest> submitted;

  grpc::Status Submit(grpc::ServerContext*, const v1::SubmitEvaluationRequest* request,
                      v1::SubmitEvaluationReply* reply) override;
  grpc::Status List(grpc::ServerContext*, const v1::ListEvaluationsRequest*,
                    v1::ListEvaluationsReply* reply) override;
  grpc::Status Show(grpc::ServerContext*, const v1::EvaluationRequest* request,
                    v1::EvaluationDetail* reply) override;
  grpc::Status Watch(grpc::ServerContext*, const v1::EvaluationRequest* request,
                     grpc::ServerWriter<v1::EvaluationSummary>* writer) override;
  grpc::Status Cancel(grpc::ServerContext*, const v1::EvaluationRequest* request,
                      v1::EvaluationSummary* reply) override;
  grpc::Status Delete(grpc::ServerContext*, const v1::EvaluationRequest* request,
                      v1::DeleteEvaluationReply*) override;
  grpc::Status GetResult(grpc::ServerContext*, const v1::EvaluationRequest* request,
                         grpc::ServerWriter<v1::EvaluationChunk>* writer) override;

 private:
  std::mutex mutex_;
};

}  // namespace paceline
