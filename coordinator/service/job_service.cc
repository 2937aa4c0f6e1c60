#include "coordinator/service/job_service.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/digest.h"
#include "common/config/config.h"
#include "common/rpc/status.h"
#include "coordinator/job/replay.h"
#include "coordinator/service/job_news.h"
#include "coordinator/service/watch.h"
#include "coordinator/store/checkpoint.h"
#include "coordinator/store/data_folder.h"

namespace paceline {
namespace {

constexpr size_t kMaxRequestIdBytes = 256;

absl::Status CheckSubmit(const v1::SubmitRequest& request) {
  const std::vector<std::string> faults = CheckConfig(request.config());
  if (!faults.empty()) return absl::InvalidArgumentError(absl::StrJoin(faults, "\n"));
  if (request.source_yaml().size() > kMaxConfigBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("source_yaml is longer than ", kMaxConfigBytes, " bytes"));
  }
  if (request.request_id().size() > kMaxRequestIdBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("request_id is longer than ", kMaxRequestIdBytes, " bytes"));
  }
  return absl::OkStatus();
}

template <typename Reply>
grpc::Status Answer(absl::StatusOr<Reply> from, Reply* reply) {
  if (!from.ok()) return ToGrpc(from.status());
  *reply = *std::move(from);
  return grpc::Status::OK;
}

}  // namespace

grpc::Status JobServiceImpl::Submit(grpc::ServerContext*, const v1::SubmitRequest* request,
                                    v1::SubmitReply* reply) {
  if (absl::Status status = CheckSubmit(*request); !status.ok()) return ToGrpc(status);
  return Answer(deps_.loop.Call([&] { return deps_.coordinator.Submit(*request); }),
                reply->mutable_job());
}

grpc::Status JobServiceImpl::List(grpc::ServerContext*, const v1::ListRequest*,
                                  v1::ListReply* reply) {
  return Answer(
      deps_.loop.Call([&]() -> absl::StatusOr<v1::ListReply> { return deps_.coordinator.List(); }),
      reply);
}

grpc::Status JobServiceImpl::Show(grpc::ServerContext*, const v1::ShowRequest* request,
                                  v1::JobDetail* reply) {
  return Answer(deps_.loop.Call([&] { return deps_.coordinator.Show(request->job()); }), reply);
}

grpc::Status JobServiceImpl::Watch(grpc::ServerContext* context, const v1::WatchRequest* request,
                                   grpc::ServerWriter<v1::Progress>* writer) {
  return ToGrpc(FollowJob(
      deps_, *request, [&](const v1::Progress& progress) { return writer->Write(progress); },
      [&] { return context->IsCancelled(); }));
}

grpc::Status JobServiceImpl::Logs(grpc::ServerContext*, const v1::LogsRequest* request,
                                  grpc::ServerWriter<v1::LogEntry>* writer) {
  JobNews news(deps_.store, request->job(), request->after_step());
  return ToGrpc(news.Read([&](const v1::LogEntry& entry) { return writer->Write(entry); }));
}

grpc::Status JobServiceImpl::Pause(grpc::ServerContext*, const v1::JobRequest* request,
                                   v1::JobSummary* reply) {
  return Answer(deps_.loop.Call([&] { return deps_.coordinator.Pause(request->job()); }), reply);
}

grpc::Status JobServiceImpl::Resume(grpc::ServerContext*, const v1::JobRequest* request,
                                    v1::JobSummary* reply) {
  return Answer(deps_.loop.Call([&] { return deps_.coordinator.Resume(request->job()); }), reply);
}

grpc::Status JobServiceImpl::Cancel(grpc::ServerContext*, const v1::JobRequest* request,
                                    v1::JobSummary* reply) {
  return Answer(deps_.loop.Call([&] { return deps_.coordinator.Cancel(request->job()); }), reply);
}

grpc::Status JobServiceImpl::Delete(grpc::ServerContext*, const v1::JobRequest* request,
                                    v1::DeleteReply*) {
  return ToGrpc(deps_.loop.Call([&] { return deps_.coordinator.Delete(request->job()); }));
}

// A replay may take long, so it runs here and not on the loop.
grpc::Status JobServiceImpl::GetTheta(grpc::ServerContext*, const v1::GetThetaRequest* request,
                                      v1::GetThetaReply* reply) {
  std::optional<int64_t> step;
  if (request->has_step()) step = request->step();
  auto answer = deps_.loop.Call([&] { return deps_.coordinator.FindTheta(request->job(), step); });
  if (!answer.ok()) return ToGrpc(answer.status());
  if (!answer->theta) {
    auto theta = ReplayTheta(deps_.store, JobFolder(deps_.data_folder, answer->job.name),
                             answer->job, answer->step, deps_.threads);
    if (!theta.ok()) return ToGrpc(theta.status());
    answer->theta = *std::move(theta);
  }
  reply->set_step(answer->step);
  reply->set_digest(ThetaDigest(*answer->theta));
  reply->set_safetensors(
      ThetaFile(answer->job.name, answer->job.config, answer->step, *answer->theta));
  return grpc::Status::OK;
}

grpc::Status JobServiceImpl::ListWorkers(grpc::ServerContext*, const v1::ListWorkersRequest*,
                                         v1::ListWorkersReply* reply) {
  return Answer(deps_.loop.Call([&]() -> absl::StatusOr<v1::ListWorkersReply> {
    return deps_.coordinator.ListWorkers();
  }),
                reply);
}

}  // namespace paceline
