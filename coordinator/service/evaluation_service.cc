#include "coordinator/service/evaluation_service.h"

#include <algorithm>

#include "common/rpc/status.h"
#include "coordinator/service/answer.h"

namespace paceline {
namespace {

constexpr size_t kChunkBytes = 1 << 20;

}  // namespace

grpc::Status EvaluationServiceImpl::Change(const grpc::ServerContext& context,
                                           std::string_view method, const std::string& evaluation,
                                           const CallGate::Action& action) const {
  const auto owner = api_.OwnerOf(evaluation);
  if (!owner.ok()) return ToGrpc(owner.status());
  return gate_.Run(context, {.method = method, .subject = evaluation, .owner = *owner}, action);
}

grpc::Status EvaluationServiceImpl::Submit(grpc::ServerContext* context,
                                           const v1::SubmitEvaluationRequest* request,
                                           v1::SubmitEvaluationReply* reply) {
  return gate_.Run(
      *context, {.method = "EvaluationService/Submit", .subject = request->suite().name()},
      [&](const Caller& caller) { return Fill(reply, api_.Submit(*request, caller.name)); });
}

grpc::Status EvaluationServiceImpl::List(grpc::ServerContext* context,
                                         const v1::ListEvaluationsRequest*,
                                         v1::ListEvaluationsReply* reply) {
  return gate_.Run(*context, {.method = "EvaluationService/List"},
                   [&](const Caller&) { return Fill(reply, api_.List()); });
}

grpc::Status EvaluationServiceImpl::Show(grpc::ServerContext* context,
                                         const v1::EvaluationRequest* request,
                                         v1::EvaluationDetail* reply) {
  return gate_.Run(*context, {.method = "EvaluationService/Show"},
                   [&](const Caller&) { return Fill(reply, api_.Show(request->evaluation())); });
}

grpc::Status EvaluationServiceImpl::Watch(grpc::ServerContext* context,
                                          const v1::EvaluationRequest* request,
                                          grpc::ServerWriter<v1::EvaluationSummary>* writer) {
  return gate_.RunStream(
      *context, {.method = "EvaluationService/Watch"}, [&](const CallGate::Over& over) {
        return api_.Watch(
            request->evaluation(),
            [&](const v1::EvaluationSummary& summary) { return writer->Write(summary); }, over);
      });
}

grpc::Status EvaluationServiceImpl::Cancel(grpc::ServerContext* context,
                                           const v1::EvaluationRequest* request,
                                           v1::EvaluationSummary* reply) {
  return Change(*context, "EvaluationService/Cancel", request->evaluation(),
                [&](const Caller&) { return Fill(reply, api_.Cancel(request->evaluation())); });
}

grpc::Status EvaluationServiceImpl::Delete(grpc::ServerContext* context,
                                           const v1::EvaluationRequest* request,
                                           v1::DeleteEvaluationReply*) {
  return Change(*context, "EvaluationService/Delete", request->evaluation(),
                [&](const Caller&) { return api_.Delete(request->evaluation()); });
}

grpc::Status EvaluationServiceImpl::GetResult(grpc::ServerContext* context,
                                              const v1::EvaluationRequest* request,
                                              grpc::ServerWriter<v1::EvaluationChunk>* writer) {
  return gate_.RunStream(*context, {.method = "EvaluationService/GetResult"},
                         [&](const CallGate::Over& over) {
                           const auto bytes = api_.Result(request->evaluation());
                           if (!bytes.ok()) return bytes.status();
                           v1::EvaluationChunk chunk;
                           for (size_t at = 0; at < bytes->size() && !over(); at += kChunkBytes) {
                             chunk.set_bytes(bytes->substr(at, kChunkBytes));
                             if (!writer->Write(chunk)) break;
                           }
                           return absl::OkStatus();
                         });
}

}  // namespace paceline
