#include "tests/coordinator/cli/commands/fake_evaluations.h"

namespace paceline {
namespace {

grpc::Status NoSuch(const std::string& name) {
  return {grpc::StatusCode::NOT_FOUND, "there is no evaluation \"" + name + "\""};
}

}  // namespace

grpc::Status FakeEvaluationService::Submit(grpc::ServerContext*,
                                           const v1::SubmitEvaluationRequest* request,
                                           v1::SubmitEvaluationReply* reply) {
  std::lock_guard lock(mutex_);
  submitted.push_back(*request);
  const std::string& name = request->suite().name();
  evaluations[name].mutable_summary()->set_evaluation(name);
  evaluations[name].mutable_summary()->set_state(v1::EVALUATION_STATE_QUEUED);
  reply->set_evaluation(name);
  return grpc::Status::OK;
}

grpc::Status FakeEvaluationService::List(grpc::ServerContext*, const v1::ListEvaluationsRequest*,
                                         v1::ListEvaluationsReply* reply) {
  for (const auto& [name, detail] : evaluations) *reply->add_evaluations() = detail.summary();
  return grpc::Status::OK;
}

grpc::Status FakeEvaluationService::Show(grpc::ServerContext*, const v1::EvaluationRequest* request,
                                         v1::EvaluationDetail* reply) {
  const auto found = evaluations.find(request->evaluation());
  if (found == evaluations.end()) return NoSuch(request->evaluation());
  *reply = found->second;
  return grpc::Status::OK;
}

grpc::Status FakeEvaluationService::Watch(grpc::ServerContext*,
                                          const v1::EvaluationRequest* request,
                                          grpc::ServerWriter<v1::EvaluationSummary>* writer) {
  const auto found = evaluations.find(request->evaluation());
  if (found == evaluations.end()) return NoSuch(request->evaluation());
  v1::EvaluationSummary summary = found->second.summary();
  writer->Write(summary);
  summary.set_state(end);
  writer->Write(summary);
  return grpc::Status::OK;
}

grpc::Status FakeEvaluationService::Cancel(grpc::ServerContext*,
                                           const v1::EvaluationRequest* request,
                                           v1::EvaluationSummary* reply) {
  const auto found = evaluations.find(request->evaluation());
  if (found == evaluations.end()) return NoSuch(request->evaluation());
  found->second.mutable_summary()->set_state(v1::EVALUATION_STATE_CANCELLED);
  *reply = found->second.summary();
  return grpc::Status::OK;
}

grpc::Status FakeEvaluationService::Delete(grpc::ServerContext*,
                                           const v1::EvaluationRequest* request,
                                           v1::DeleteEvaluationReply*) {
  return evaluations.erase(request->evaluation()) > 0 ? grpc::Status::OK
                                                      : NoSuch(request->evaluation());
}

grpc::Status FakeEvaluationService::GetResult(grpc::ServerContext*,
                                              const v1::EvaluationRequest* request,
                                              grpc::ServerWriter<v1::EvaluationChunk>* writer) {
  if (!evaluations.contains(request->evaluation())) return NoSuch(request->evaluation());
  const std::string bytes = result.SerializeAsString();
  v1::EvaluationChunk chunk;
  for (size_t at = 0; at < bytes.size(); at += 3) {
    chunk.set_bytes(bytes.substr(at, 3));
    writer->Write(chunk);
  }
  return grpc::Status::OK;
}

}  // namespace paceline
