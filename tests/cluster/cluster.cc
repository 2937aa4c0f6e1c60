#include "tests/cluster/cluster.h"

#include <fstream>
#include <functional>
#include <limits>
#include <utility>

#include "common/base/file.h"
#include "common/rpc/channel.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

// A call that meets the connection to a coordinator that was just killed fails and is made again.
void Retry(const std::function<grpc::Status(grpc::ClientContext&)>& call) {
  const auto deadline = std::chrono::system_clock::now() + kPatience;
  grpc::Status status;
  do {
    grpc::ClientContext context;
    context.set_deadline(deadline);
    context.set_wait_for_ready(true);
    status = call(context);
  } while (status.error_code() == grpc::StatusCode::UNAVAILABLE);
  EXPECT_TRUE(status.ok()) << status.error_message();
}

bool Ended(v1::JobState state) {
  return state == v1::JOB_STATE_SUCCEEDED || state == v1::JOB_STATE_FAILED ||
         state == v1::JOB_STATE_CANCELLED;
}

std::string LastWord(std::string text) {
  text.erase(text.find_last_not_of(" \n") + 1);
  return text.substr(text.find_last_of(" \n") + 1);
}

std::string PortOf(const std::string& address) { return address.substr(address.rfind(':') + 1); }

}  // namespace

Cluster::Cluster(std::vector<std::string> coordinator_arguments, std::string host)
    : coordinator_arguments_(std::move(coordinator_arguments)), host_(std::move(host)) {
  StartCoordinator("0");
  address_ =
      "127.0.0.1:" + PortOf(LastWord(ReadFile(folder_.path() + "/data/address").value_or(":")));
  jobs_ = v1::JobService::NewStub(*OpenChannel(address_, {}));
}

void Cluster::StartCoordinator(const std::string& port) {
  std::vector<std::string> arguments = {"--data", folder_.path() + "/data", "--listen",
                                        host_ + ":" + port};
  arguments.insert(arguments.end(), coordinator_arguments_.begin(), coordinator_arguments_.end());
  coordinator_ = std::make_unique<Process>("paceline-coordinator", arguments);
  EXPECT_TRUE(coordinator_->WaitForOutput("ready on")) << coordinator_->output();
}

void Cluster::RestartCoordinator() {
  EXPECT_FALSE(coordinator_->running());
  StartCoordinator(PortOf(address_));
}

size_t Cluster::StartWorker(int threads, const std::map<std::string, std::string>& environment,
                            const std::vector<std::string>& more) {
  return StartWorkerFor(address_, threads, environment, more);
}

size_t Cluster::StartWorkerFor(const std::string& address, int threads,
                               const std::map<std::string, std::string>& environment,
                               const std::vector<std::string>& more) {
  const std::string name = "w" + std::to_string(workers_.size());
  std::vector<std::string> arguments = {"--coordinator",         address,  "--threads",
                                        std::to_string(threads), "--name", name,
                                        "--log-level",           "debug"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  workers_.push_back(std::make_unique<Process>("paceline-worker", arguments, environment));
  return workers_.size() - 1;
}

Finished Cluster::Paceline(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--coordinator", address_});
  return RunProgram("paceline", arguments);
}

std::string Cluster::Submit(const std::string& yaml) {
  const std::string path = folder_.path() + "/job.yaml";
  std::ofstream(path) << yaml;
  const Finished submitted = Paceline({"submit", path});
  EXPECT_EQ(submitted.status, 0) << submitted.err;
  return LastWord(submitted.out);
}

v1::JobSummary Cluster::Follow(const std::string& job, int64_t step) {
  v1::WatchRequest request;
  request.set_job(job);
  v1::JobSummary summary;
  Retry([&](grpc::ClientContext& context) {
    const auto stream = jobs_->Watch(&context, request);
    v1::Progress progress;
    while (stream->Read(&progress)) {
      summary = progress.summary();
      if (summary.step() < step && !Ended(summary.state())) continue;
      context.TryCancel();
      stream->Finish();
      return grpc::Status::OK;
    }
    return stream->Finish();
  });
  return summary;
}

int64_t Cluster::WaitForStep(const std::string& job, int64_t step) {
  const int64_t reached = Follow(job, step).step();
  EXPECT_GE(reached, step) << coordinator_->output();
  return reached;
}

v1::JobSummary Cluster::WaitForEnd(const std::string& job) {
  v1::JobSummary summary = Follow(job, std::numeric_limits<int64_t>::max());
  EXPECT_EQ(summary.state(), v1::JOB_STATE_SUCCEEDED) << summary.DebugString();
  return summary;
}

std::string Cluster::Hash(const std::string& job) {
  const Finished hash = Paceline({"hash", job});
  EXPECT_EQ(hash.status, 0) << hash.err;
  EXPECT_EQ(LastWord(hash.out).size(), 64u) << hash.out;
  return LastWord(hash.out);
}

v1::JobDetail Cluster::Show(const std::string& job) {
  v1::ShowRequest request;
  request.set_job(job);
  v1::JobDetail detail;
  Retry([&](grpc::ClientContext& context) { return jobs_->Show(&context, request, &detail); });
  return detail;
}

std::vector<v1::WorkerSummary> Cluster::Workers() {
  v1::ListWorkersReply reply;
  Retry([&](grpc::ClientContext& context) { return jobs_->ListWorkers(&context, {}, &reply); });
  return {reply.workers().begin(), reply.workers().end()};
}

std::vector<std::string> Cluster::WorkerNames() {
  std::vector<std::string> names;
  for (const v1::WorkerSummary& worker : Workers()) names.push_back(worker.name());
  return names;
}

bool Cluster::WaitForWorkers(size_t count, std::chrono::milliseconds limit) {
  return WaitUntil([&] { return WorkerNames().size() == count; }, limit);
}

const std::string& UndisturbedHash(const std::string& yaml) {
  static std::map<std::string, std::string> known;
  std::string& hash = known[yaml];
  if (hash.empty()) {
    Cluster cluster;
    cluster.StartWorker();
    const std::string job = cluster.Submit(yaml);
    cluster.WaitForEnd(job);
    hash = cluster.Hash(job);
  }
  return hash;
}

void ExpectUnfinished(Cluster& cluster, const std::string& job) {
  EXPECT_EQ(cluster.Show(job).summary().state(), v1::JOB_STATE_RUNNING);
}

}  // namespace paceline
