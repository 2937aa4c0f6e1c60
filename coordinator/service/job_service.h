// gRPC's view of the coordinator for people and their tools.
#pragma once

#include <string>

#include "coordinator/api/job_api.h"
#include "coordinator/service/call_gate.h"
#include "paceline/v1/job.grpc.pb.h"

namespace paceline {

// What it is given outlives it.
class JobServiceImpl final : public v1::JobService::Service {
 public:
  JobServiceImpl(JobApi& api, const CallGate& gate) : api_(api), gate_(gate) {}

  grpc::Status Submit(grpc::ServerContext*, const v1::SubmitRequest*, v1::SubmitReply*) override;
  grpc::Status List(grpc::ServerContext*, const v1::ListRequest*, v1::ListReply*) override;
  grpc::Status Show(grpc::ServerContext*, const v1::ShowRequest*, v1::JobDetail*) override;
  grpc::Status Watch(grpc::ServerContext*, const v1::WatchRequest*,
                     grpc::ServerWriter<v1::Progress>*) override;
  grpc::Status Logs(grpc::ServerContext*, const v1::LogsRequest*,
                    grpc::ServerWriter<v1::LogEntry>*) override;
  grpc::Status Pause(grpc::ServerContext*, const v1::JobRequest*, v1::JobSummary*) override;
  grpc::Status Resume(grpc::ServerContext*, const v1::JobRequest*, v1::JobSummary*) override;
  grpc::Status Cancel(grpc::ServerContext*, const v1::JobRequest*, v1::JobSummary*) override;
  grpc::Status SetPriority(grpc::ServerContext*, const v1::SetPriorityRequest*,
                           v1::JobSummary*) override;
  grpc::Status Delete(grpc::ServerContext*, const v1::JobRequest*, v1::DeleteReply*) override;
  grpc::Status GetTheta(grpc::ServerContext*, const v1::GetThetaRequest*,
                        v1::GetThetaReply*) override;
  grpc::Status GetScalars(grpc::ServerContext*, const v1::GetScalarsRequest*,
                          grpc::ServerWriter<v1::StepScalars>*) override;
  grpc::Status ListWorkers(grpc::ServerContext*, const v1::ListWorkersRequest*,
                           v1::ListWorkersReply*) override;

 private:
  // What is done to a job, whose owner is looked up first.
  grpc::Status Change(const grpc::ServerContext& context, std::string_view method,
                      const std::string& job, const CallGate::Action& action) const;

  JobApi& api_;
  const CallGate& gate_;
};

}  // namespace paceline
