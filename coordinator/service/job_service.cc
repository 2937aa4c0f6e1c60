#include "coordinator/service/job_service.h"

#include "common/rpc/status.h"
#include "coordinator/service/answer.h"

namespace paceline {

grpc::Status JobServiceImpl::Change(const grpc::ServerContext& context, std::string_view method,
                                    const std::string& job, const CallGate::Action& action) const {
  const auto owner = api_.OwnerOf(job);
  if (!owner.ok()) return ToGrpc(owner.status());
  return gate_.Run(context, {.method = method, .subject = job, .owner = *owner}, action);
}

grpc::Status JobServiceImpl::Submit(grpc::ServerContext* context, const v1::SubmitRequest* request,
                                    v1::SubmitReply* reply) {
  return gate_.Run(
      *context, {.method = "JobService/Submit", .subject = request->config().name()},
      [&](const Caller& caller) { return Fill(reply, api_.Submit(*request, caller.name)); });
}

grpc::Status JobServiceImpl::List(grpc::ServerContext* context, const v1::ListRequest*,
                                  v1::ListReply* reply) {
  return gate_.Run(*context, {.method = "JobService/List"},
                   [&](const Caller&) { return Fill(reply, api_.List()); });
}

grpc::Status JobServiceImpl::Show(grpc::ServerContext* context, const v1::ShowRequest* request,
                                  v1::JobDetail* reply) {
  return gate_.Run(*context, {.method = "JobService/Show"},
                   [&](const Caller&) { return Fill(reply, api_.Show(request->job())); });
}

grpc::Status JobServiceImpl::Watch(grpc::ServerContext* context, const v1::WatchRequest* request,
                                   grpc::ServerWriter<v1::Progress>* writer) {
  return gate_.RunStream(*context, {.method = "JobService/Watch"}, [&](const CallGate::Over& over) {
    return api_.Watch(
        *request, [&](const v1::Progress& progress) { return writer->Write(progress); }, over);
  });
}

grpc::Status JobServiceImpl::Logs(grpc::ServerContext* context, const v1::LogsRequest* request,
                                  grpc::ServerWriter<v1::LogEntry>* writer) {
  return gate_.RunStream(*context, {.method = "JobService/Logs"}, [&](const CallGate::Over& over) {
    return api_.Logs(*request,
                     [&](const v1::LogEntry& entry) { return !over() && writer->Write(entry); });
  });
}

grpc::Status JobServiceImpl::Pause(grpc::ServerContext* context, const v1::JobRequest* request,
                                   v1::JobSummary* reply) {
  return Change(*context, "JobService/Pause", request->job(),
                [&](const Caller&) { return Fill(reply, api_.Pause(request->job())); });
}

grpc::Status JobServiceImpl::Resume(grpc::ServerContext* context, const v1::JobRequest* request,
                                    v1::JobSummary* reply) {
  return Change(*context, "JobService/Resume", request->job(),
                [&](const Caller&) { return Fill(reply, api_.Resume(request->job())); });
}

grpc::Status JobServiceImpl::Cancel(grpc::ServerContext* context, const v1::JobRequest* request,
                                    v1::JobSummary* reply) {
  return Change(*context, "JobService/Cancel", request->job(),
                [&](const Caller&) { return Fill(reply, api_.Cancel(request->job())); });
}

grpc::Status JobServiceImpl::SetPriority(grpc::ServerContext* context,
                                         const v1::SetPriorityRequest* request,
                                         v1::JobSummary* reply) {
  return Change(*context, "JobService/SetPriority", request->job(), [&](const Caller&) {
    return Fill(reply, api_.SetPriority(request->job(), request->priority()));
  });
}

grpc::Status JobServiceImpl::Delete(grpc::ServerContext* context, const v1::JobRequest* request,
                                    v1::DeleteReply*) {
  return Change(*context, "JobService/Delete", request->job(),
                [&](const Caller&) { return api_.Delete(request->job()); });
}

grpc::Status JobServiceImpl::GetTheta(grpc::ServerContext* context,
                                      const v1::GetThetaRequest* request,
                                      v1::GetThetaReply* reply) {
  return gate_.Run(*context, {.method = "JobService/GetTheta"},
                   [&](const Caller&) { return Fill(reply, api_.GetTheta(*request)); });
}

grpc::Status JobServiceImpl::GetScalars(grpc::ServerContext* context,
                                        const v1::GetScalarsRequest* request,
                                        grpc::ServerWriter<v1::StepScalars>* writer) {
  return gate_.RunStream(*context, {.method = "JobService/GetScalars"},
                         [&](const CallGate::Over& over) {
                           return api_.GetScalars(*request, [&](const v1::StepScalars& scalars) {
                             return !over() && writer->Write(scalars);
                           });
                         });
}

grpc::Status JobServiceImpl::ListWorkers(grpc::ServerContext* context,
                                         const v1::ListWorkersRequest*,
                                         v1::ListWorkersReply* reply) {
  return gate_.Run(*context, {.method = "JobService/ListWorkers"},
                   [&](const Caller&) { return Fill(reply, api_.ListWorkers()); });
}

}  // namespace paceline
