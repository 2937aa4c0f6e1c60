#include "coordinator/api/job_api.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/digest.h"
#include "common/base/protocol.h"
#include "common/config/config.h"
#include "common/config/task_shares.h"
#include "coordinator/api/job_news.h"
#include "coordinator/api/queue_limit.h"
#include "coordinator/api/step_scalars.h"
#include "coordinator/evaluate/submission.h"
#include "coordinator/job/replay.h"
#include "coordinator/store/checkpoint.h"
#include "coordinator/store/data_folder.h"

namespace paceline {
namespace {

constexpr size_t kMaxRequestIdBytes = 256;
// Outer steps of 4,096 particles take 150 kB each.
constexpr int kRowsAtOnce = 16;

absl::Status CheckPriority(int32_t priority) {
  if (-kMostPriority <= priority && priority <= kMostPriority) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("priority is ", priority, "; it can be ",
                                                 -kMostPriority, " to ", kMostPriority));
}

absl::Status CheckSubmit(const v1::SubmitRequest& request) {
  const std::vector<std::string> faults = CheckConfig(request.config());
  if (!faults.empty()) return absl::InvalidArgumentError(absl::StrJoin(faults, "\n"));
  if (request.config().has_evaluate()) {
    absl::Status size = CheckSuiteSize(request.config().evaluate().suite(), 1);
    if (!size.ok()) return size;
  }
  if (request.source_yaml().size() > kMaxConfigBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("source_yaml is longer than ", kMaxConfigBytes, " bytes"));
  }
  if (request.request_id().size() > kMaxRequestIdBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("request_id is longer than ", kMaxRequestIdBytes, " bytes"));
  }
  return CheckPriority(request.priority());
}

}  // namespace

absl::StatusOr<v1::SubmitReply> JobApi::Submit(const v1::SubmitRequest& request,
                                               const std::string& submitter) {
  if (absl::Status status = CheckSubmit(request); !status.ok()) return status;
  v1::SubmitRequest resolved = request;
  ResolveShares(*resolved.mutable_config());
  auto job = deps_.loop.Call([&]() -> absl::StatusOr<std::string> {
    // A retry is no other job.
    if (!deps_.coordinator.HasRequest(request.request_id())) {
      absl::Status queue =
          CheckQueueOf(submitter, deps_.coordinator.List(), deps_.max_jobs_per_user);
      if (!queue.ok()) return queue;
    }
    return deps_.coordinator.Submit(resolved, submitter);
  });
  if (!job.ok()) return job.status();
  v1::SubmitReply reply;
  reply.set_job(*std::move(job));
  return reply;
}

absl::StatusOr<v1::ListReply> JobApi::List() {
  return deps_.loop.Call(
      [&]() -> absl::StatusOr<v1::ListReply> { return deps_.coordinator.List(); });
}

absl::StatusOr<v1::JobDetail> JobApi::Show(const std::string& job) {
  return deps_.loop.Call([&] { return deps_.coordinator.Show(job); });
}

absl::StatusOr<v1::JobSummary> JobApi::Pause(const std::string& job) {
  return deps_.loop.Call([&] { return deps_.coordinator.Pause(job); });
}

absl::StatusOr<v1::JobSummary> JobApi::Resume(const std::string& job) {
  return deps_.loop.Call([&] { return deps_.coordinator.Resume(job); });
}

absl::StatusOr<v1::JobSummary> JobApi::Cancel(const std::string& job) {
  return deps_.loop.Call([&] { return deps_.coordinator.Cancel(job); });
}

absl::StatusOr<v1::JobSummary> JobApi::SetPriority(const std::string& job, int32_t priority) {
  if (absl::Status status = CheckPriority(priority); !status.ok()) return status;
  return deps_.loop.Call([&] { return deps_.coordinator.SetPriority(job, priority); });
}

absl::StatusOr<std::string> JobApi::OwnerOf(const std::string& job) {
  return deps_.loop.Call([&] { return deps_.coordinator.SubmitterOf(job); });
}

absl::Status JobApi::Delete(const std::string& job) {
  return deps_.loop.Call([&] { return deps_.coordinator.Delete(job); });
}

absl::StatusOr<std::vector<v1::HeldOutRecord>> JobApi::HeldOut(const std::string& job) {
  return deps_.loop.Call([&]() -> absl::StatusOr<std::vector<v1::HeldOutRecord>> {
    if (auto summary = deps_.coordinator.Summary(job); !summary.ok()) return summary.status();
    return deps_.coordinator.HeldOut(job);
  });
}

// A replay may take long, so it runs here and not on the loop.
absl::StatusOr<v1::GetThetaReply> JobApi::GetTheta(const v1::GetThetaRequest& request) {
  std::optional<int64_t> step;
  if (request.has_step()) step = request.step();
  auto answer = deps_.loop.Call([&] { return deps_.coordinator.FindTheta(request.job(), step); });
  if (!answer.ok()) return answer.status();
  if (!answer->theta || request.from_scalars()) {
    const ReplayFrom from = request.from_scalars() ? ReplayFrom::kStart : ReplayFrom::kCheckpoint;
    auto theta = ReplayTheta(deps_.store, JobFolder(deps_.data_folder, answer->job.name),
                             answer->job, answer->step, deps_.threads, from);
    if (!theta.ok()) return theta.status();
    answer->theta = *std::move(theta);
  }
  v1::GetThetaReply reply;
  reply.set_step(answer->step);
  reply.set_digest(ThetaDigest(*answer->theta));
  reply.set_safetensors(
      ThetaFile(answer->job.name, answer->job.config, answer->step, *answer->theta));
  return reply;
}

absl::StatusOr<v1::ListWorkersReply> JobApi::ListWorkers() {
  return deps_.loop.Call(
      [&]() -> absl::StatusOr<v1::ListWorkersReply> { return deps_.coordinator.ListWorkers(); });
}

absl::Status JobApi::GetScalars(const v1::GetScalarsRequest& request,
                                const std::function<bool(const v1::StepScalars&)>& write) {
  int64_t newest = 0;
  const auto config = deps_.loop.Call([&]() -> absl::StatusOr<v1::JobConfig> {
    auto answer = deps_.coordinator.FindTheta(request.job(), std::nullopt);
    if (!answer.ok()) return answer.status();
    newest = answer->step;
    return std::move(answer->job.config);
  });
  if (!config.ok()) return config.status();
  for (int64_t step = std::max<int64_t>(request.after_step(), 0); step < newest;) {
    const auto rows = deps_.store.Steps(request.job(), step, kRowsAtOnce);
    if (!rows.ok()) return rows.status();
    if (rows->empty()) break;  // the job was deleted
    for (const StepRow& row : *rows) {
      if (row.step > newest || !write(ToStepScalars(*config, row))) return absl::OkStatus();
      step = row.step;
    }
  }
  return absl::OkStatus();
}

absl::Status JobApi::Logs(const v1::LogsRequest& request,
                          const std::function<bool(const v1::LogEntry&)>& write) {
  JobNews news(deps_.store, request.job(), request.after_step());
  const auto held_out = deps_.loop.Call([&]() -> absl::StatusOr<std::vector<v1::HeldOutRecord>> {
    return deps_.coordinator.HeldOut(request.job());
  });
  if (!held_out.ok()) return held_out.status();
  news.AddHeldOut(*held_out);
  return news.Read(write);
}

}  // namespace paceline
