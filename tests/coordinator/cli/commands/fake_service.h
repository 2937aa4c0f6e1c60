// A JobService that answers from a script, on a port of this machine.
#pragma once

#include <atomic>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "grpcpp/server.h"
#include "paceline/v1/job.grpc.pb.h"

namespace paceline {

class FakeJobService : public v1::JobService::Service {
 public:
  // What it knows and has been told; set up before Serve, or read after a call.
  std::map<std::string, v1::JobDetail> jobs;
  std::vector<v1::WorkerSummary> workers;
  v1::GetThetaReply theta;
  // By job and outer step; else that of `theta`.
  std::map<std::string, std::map<int64_t, std::string>> digests;
  std::map<std::string, std::vector<v1::StepScalars>> scalars;  // by job
  bool older = false;                                           // it does not know GetScalars
  // Each call of Watch sends the next list, then ends with OK if it is the last one, else
  // Unavailable.
  std::vector<std::vector<v1::Progress>> watches;
  std::vector<v1::LogEntry> logs;  // of every job
  std::vector<v1::SubmitRequest> submitted;
  std::vector<int64_t> watched_after;
  int submit_failures = 0;  // how many calls of Submit are answered Unavailable first

  grpc::Status Submit(grpc::ServerContext*, const v1::SubmitRequest* request,
                      v1::SubmitReply* reply) override;
  grpc::Status List(grpc::ServerContext*, const v1::ListRequest*, v1::ListReply* reply) override;
  grpc::Status Show(grpc::ServerContext*, const v1::ShowRequest* request,
                    v1::JobDetail* reply) override;
  grpc::Status Watch(grpc::ServerContext*, const v1::WatchRequest* request,
                     grpc::ServerWriter<v1::Progress>* writer) override;
  grpc::Status Pause(grpc::ServerContext*, const v1::JobRequest* request,
                     v1::JobSummary* reply) override;
  grpc::Status Resume(grpc::ServerContext*, const v1::JobRequest* request,
                      v1::JobSummary* reply) override;
  grpc::Status Cancel(grpc::ServerContext*, const v1::JobRequest* request,
                      v1::JobSummary* reply) override;
  grpc::Status Delete(grpc::ServerContext*, const v1::JobRequest* request,
                      v1::DeleteReply*) override;
  grpc::Status Logs(grpc::ServerContext*, const v1::LogsRequest* request,
                    grpc::ServerWriter<v1::LogEntry>* writer) override;
  grpc::Status GetTheta(grpc::ServerContext*, const v1::GetThetaRequest* request,
                        v1::GetThetaReply* reply) override;
  grpc::Status GetScalars(grpc::ServerContext*, const v1::GetScalarsRequest* request,
                          grpc::ServerWriter<v1::StepScalars>* writer) override;
  grpc::Status ListWorkers(grpc::ServerContext*, const v1::ListWorkersRequest*,
                           v1::ListWorkersReply* reply) override;

 private:
  grpc::Status Move(const std::string& job, v1::JobState state, v1::JobSummary* reply);

  std::mutex mutex_;
};

struct RunningService {
  std::unique_ptr<grpc::Server> server;
  std::string address;
};

// The services outlive the server.
RunningService Serve(std::initializer_list<grpc::Service*> services);

}  // namespace paceline
