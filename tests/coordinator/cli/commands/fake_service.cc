#include "tests/coordinator/cli/commands/fake_service.h"

#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"

namespace paceline {
namespace {

grpc::Status NoSuchJob(const std::string& job) {
  return {grpc::StatusCode::NOT_FOUND, "there is no job \"" + job + "\""};
}

}  // namespace

grpc::Status FakeJobService::Submit(grpc::ServerContext*, const v1::SubmitRequest* request,
                                    v1::SubmitReply* reply) {
  const std::lock_guard lock(mutex_);
  submitted.push_back(*request);
  if (submit_failures-- > 0) return {grpc::StatusCode::UNAVAILABLE, "restarting"};
  reply->set_job(request->config().name());
  return grpc::Status::OK;
}

grpc::Status FakeJobService::List(grpc::ServerContext*, const v1::ListRequest*,
                                  v1::ListReply* reply) {
  for (const auto& [name, detail] : jobs) *reply->add_jobs() = detail.summary();
  return grpc::Status::OK;
}

grpc::Status FakeJobService::Show(grpc::ServerContext*, const v1::ShowRequest* request,
                                  v1::JobDetail* reply) {
  const auto found = jobs.find(request->job());
  if (found == jobs.end()) return NoSuchJob(request->job());
  *reply = found->second;
  return grpc::Status::OK;
}

grpc::Status FakeJobService::Watch(grpc::ServerContext*, const v1::WatchRequest* request,
                                   grpc::ServerWriter<v1::Progress>* writer) {
  const std::lock_guard lock(mutex_);
  const size_t call = watched_after.size();
  watched_after.push_back(request->after_step());
  if (call >= watches.size()) return {grpc::StatusCode::INTERNAL, "the script is over"};
  for (const v1::Progress& progress : watches[call]) writer->Write(progress);
  if (call + 1 == watches.size()) return grpc::Status::OK;
  return {grpc::StatusCode::UNAVAILABLE, "restarting"};
}

grpc::Status FakeJobService::Move(const std::string& job, v1::JobState state,
                                  v1::JobSummary* reply) {
  const auto found = jobs.find(job);
  if (found == jobs.end()) return NoSuchJob(job);
  found->second.mutable_summary()->set_state(state);
  *reply = found->second.summary();
  return grpc::Status::OK;
}

grpc::Status FakeJobService::Pause(grpc::ServerContext*, const v1::JobRequest* request,
                                   v1::JobSummary* reply) {
  return Move(request->job(), v1::JOB_STATE_PAUSED, reply);
}

grpc::Status FakeJobService::Resume(grpc::ServerContext*, const v1::JobRequest* request,
                                    v1::JobSummary* reply) {
  return Move(request->job(), v1::JOB_STATE_RUNNING, reply);
}

grpc::Status FakeJobService::Cancel(grpc::ServerContext*, const v1::JobRequest* request,
                                    v1::JobSummary* reply) {
  return Move(request->job(), v1::JOB_STATE_CANCELLED, reply);
}

grpc::Status FakeJobService::Delete(grpc::ServerContext*, const v1::JobRequest* request,
                                    v1::DeleteReply*) {
  return jobs.erase(request->job()) > 0 ? grpc::Status::OK : NoSuchJob(request->job());
}

grpc::Status FakeJobService::Logs(grpc::ServerContext*, const v1::LogsRequest* request,
                                  grpc::ServerWriter<v1::LogEntry>* writer) {
  if (!jobs.contains(request->job())) return NoSuchJob(request->job());
  for (const v1::LogEntry& entry : logs) writer->Write(entry);
  return grpc::Status::OK;
}

grpc::Status FakeJobService::GetTheta(grpc::ServerContext*, const v1::GetThetaRequest* request,
                                      v1::GetThetaReply* reply) {
  const std::lock_guard lock(mutex_);
  if (!jobs.contains(request->job())) return NoSuchJob(request->job());
  *reply = theta;
  if (request->has_step()) reply->set_step(request->step());
  const auto& own = digests[request->job()];
  if (const auto found = own.find(reply->step()); found != own.end()) {
    reply->set_digest(found->second);
  }
  return grpc::Status::OK;
}

grpc::Status FakeJobService::GetScalars(grpc::ServerContext*, const v1::GetScalarsRequest* request,
                                        grpc::ServerWriter<v1::StepScalars>* writer) {
  if (older) return {grpc::StatusCode::UNIMPLEMENTED, ""};
  if (!jobs.contains(request->job())) return NoSuchJob(request->job());
  for (const v1::StepScalars& step : scalars[request->job()]) {
    if (step.step() > request->after_step()) writer->Write(step);
  }
  return grpc::Status::OK;
}

grpc::Status FakeJobService::ListWorkers(grpc::ServerContext*, const v1::ListWorkersRequest*,
                                         v1::ListWorkersReply* reply) {
  for (const v1::WorkerSummary& worker : workers) *reply->add_workers() = worker;
  return grpc::Status::OK;
}

RunningService Serve(std::initializer_list<grpc::Service*> services) {
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  for (grpc::Service* service : services) builder.RegisterService(service);
  RunningService running{.server = builder.BuildAndStart(), .address = ""};
  running.address = "127.0.0.1:" + std::to_string(port);
  return running;
}

}  // namespace paceline
