#include "coordinator/service/evaluation_service.h"

#include <algorithm>

#include "coordinator/service/answer.h"

namespace paceline {
namespace {

constexpr size_t kChunkBytes = 1 << 20;

}  // namespace

grpc::Status EvaluationServiceImpl::Submit(grpc::ServerContext*,
                                           const v1::SubmitEvaluationRequest* request,
                                           v1::SubmitEvaluationReply* reply) {
  return Answer(api_.Submit(*request), reply);
}

grpc::Status EvaluationServiceImpl::List(grpc::ServerContext*, const v1::ListEvaluationsRequest*,
                                         v1::ListEvaluationsReply* reply) {
  return Answer(api_.List(), reply);
}

grpc::Status EvaluationServiceImpl::Show(grpc::ServerContext*, const v1::EvaluationRequest* request,
                                         v1::EvaluationDetail* reply) {
  return Answer(api_.Show(request->evaluation()), reply);
}

grpc::Status EvaluationServiceImpl::Watch(grpc::ServerContext* context,
                                          const v1::EvaluationRequest* request,
                                          grpc::ServerWriter<v1::EvaluationSummary>* writer) {
  return ToGrpc(api_.Watch(
      request->evaluation(),
      [&](const v1::EvaluationSummary& summary) { return writer->Write(summary); },
      [&] { return context->IsCancelled(); }));
}

grpc::Status EvaluationServiceImpl::Cancel(grpc::ServerContext*,
                                           const v1::EvaluationRequest* request,
                                           v1::EvaluationSummary* reply) {
  return Answer(api_.Cancel(request->evaluation()), reply);
}

grpc::Status EvaluationServiceImpl::Delete(grpc::ServerContext*,
                                           const v1::EvaluationRequest* request,
                                           v1::DeleteEvaluationReply*) {
  return ToGrpc(api_.Delete(request->evaluation()));
}

grpc::Status EvaluationServiceImpl::GetResult(grpc::ServerContext*,
                                              const v1::EvaluationRequest* request,
                                              grpc::ServerWriter<v1::EvaluationChunk>* writer) {
  const auto bytes = api_.Result(request->evaluation());
  if (!bytes.ok()) return ToGrpc(bytes.status());
  v1::EvaluationChunk chunk;
  for (size_t at = 0; at < bytes->size(); at += kChunkBytes) {
    chunk.set_bytes(bytes->substr(at, kChunkBytes));
    if (!writer->Write(chunk)) break;
  }
  return grpc::Status::OK;
}

}  // namespace paceline
