#include "coordinator/service/job_service.h"

#include "coordinator/service/answer.h"

namespace paceline {

grpc::Status JobServiceImpl::Submit(grpc::ServerContext*, const v1::SubmitRequest* request,
                                    v1::SubmitReply* reply) {
  return Answer(api_.Submit(*request), reply);
}

grpc::Status JobServiceImpl::List(grpc::ServerContext*, const v1::ListRequest*,
                                  v1::ListReply* reply) {
  return Answer(api_.List(), reply);
}

grpc::Status JobServiceImpl::Show(grpc::ServerContext*, const v1::ShowRequest* request,
                                  v1::JobDetail* reply) {
  return Answer(api_.Show(request->job()), reply);
}

grpc::Status JobServiceImpl::Watch(grpc::ServerContext* context, const v1::WatchRequest* request,
                                   grpc::ServerWriter<v1::Progress>* writer) {
  return ToGrpc(api_.Watch(
      *request, [&](const v1::Progress& progress) { return writer->Write(progress); },
      [&] { return context->IsCancelled(); }));
}

grpc::Status JobServiceImpl::Logs(grpc::ServerContext*, const v1::LogsRequest* request,
                                  grpc::ServerWriter<v1::LogEntry>* writer) {
  return ToGrpc(
      api_.Logs(*request, [&](const v1::LogEntry& entry) { return writer->Write(entry); }));
}

grpc::Status JobServiceImpl::Pause(grpc::ServerContext*, const v1::JobRequest* request,
                                   v1::JobSummary* reply) {
  return Answer(api_.Pause(request->job()), reply);
}

grpc::Status JobServiceImpl::Resume(grpc::ServerContext*, const v1::JobRequest* request,
                                    v1::JobSummary* reply) {
  return Answer(api_.Resume(request->job()), reply);
}

grpc::Status JobServiceImpl::Cancel(grpc::ServerContext*, const v1::JobRequest* request,
                                    v1::JobSummary* reply) {
  return Answer(api_.Cancel(request->job()), reply);
}

grpc::Status JobServiceImpl::SetPriority(grpc::ServerContext*,
                                         const v1::SetPriorityRequest* request,
                                         v1::JobSummary* reply) {
  return Answer(api_.SetPriority(request->job(), request->priority()), reply);
}

grpc::Status JobServiceImpl::Delete(grpc::ServerContext*, const v1::JobRequest* request,
                                    v1::DeleteReply*) {
  return ToGrpc(api_.Delete(request->job()));
}

grpc::Status JobServiceImpl::GetTheta(grpc::ServerContext*, const v1::GetThetaRequest* request,
                                      v1::GetThetaReply* reply) {
  return Answer(api_.GetTheta(*request), reply);
}

grpc::Status JobServiceImpl::GetScalars(grpc::ServerContext*, const v1::GetScalarsRequest* request,
                                        grpc::ServerWriter<v1::StepScalars>* writer) {
  return ToGrpc(api_.GetScalars(
      *request, [&](const v1::StepScalars& scalars) { return writer->Write(scalars); }));
}

grpc::Status JobServiceImpl::ListWorkers(grpc::ServerContext*, const v1::ListWorkersRequest*,
                                         v1::ListWorkersReply* reply) {
  return Answer(api_.ListWorkers(), reply);
}

}  // namespace paceline
