#include "tests/fault/fault_cluster.h"

#include <cstdlib>

#include "common/base/file.h"
#include "common/config/config.h"
#include "common/rpc/channel.h"
#include "fmt/format.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

constexpr char kJob[] = R"(
name: faulty
seed: 31
optimizer: {{learnable_sgdm: {{learning_rate: 0.01, momentum: 0.9}}}}
tasks:
  - quadratic: {{dimension: 3, kind: plain}}
episode: {{log_uniform: {{min: 5, max: 30}}}}
estimator: {{nres: {{window: 5, sigma: 0.01}}, particles: 8, block: 2}}
outer: {{steps: {}, optimizer: {{adam: {{learning_rate: 1.0e-2}}}}}}
checkpoint_every: 3
)";

v1::JobConfig Config(int steps) {
  const ParsedConfig parsed = ParseConfig(fmt::format(kJob, steps), "faulty.yaml");
  EXPECT_TRUE(parsed.faults.empty()) << parsed.faults.size();
  return parsed.config;
}

void SetDeadline(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
}

bool Ended(v1::JobState state) {
  return state == v1::JOB_STATE_SUCCEEDED || state == v1::JOB_STATE_FAILED;
}

}  // namespace

FaultCluster::FaultCluster(int steps) : config_(Config(steps)) { NewFolder(); }

void FaultCluster::NewFolder() {
  coordinator_.reset();
  data_ = fmt::format("{}/data-{}", folder_.path(), ++folders_);
}

Environment FaultCluster::Fault(const std::string& fault) const {
  return {{"LD_PRELOAD", PACELINE_DISK_FAULTS},
          {"PACELINE_FAULT", fault},
          {"PACELINE_FAULT_UNDER", data_},
          {"PACELINE_FAULT_COUNT", folder_.path() + "/count"}};
}

bool FaultCluster::StartCoordinator(const Environment& environment, const std::string& wrapper) {
  std::string program = "paceline-coordinator";
  std::vector<std::string> arguments = {"--data", data_, "--listen", address_};
  if (!wrapper.empty()) {
    arguments.insert(arguments.begin(),
                     {"-c", "exec " + wrapper + " " + ProgramPath(program) + " \"$@\"", "sh"});
    program = "/bin/sh";
  }
  coordinator_ = std::make_unique<Process>(program, arguments, environment);
  if (!coordinator_->WaitForOutput("ready on")) return false;
  if (!worker_) {
    address_ = ReadFile(data_ + "/address").value_or("\n");
    address_.pop_back();
    worker_ = AnotherWorker();
  }
  return true;
}

std::unique_ptr<Process> FaultCluster::AnotherWorker() const {
  return std::make_unique<Process>(
      "paceline-worker",
      std::vector<std::string>{"--coordinator", address_, "--threads", "1", "--name", "w"});
}

int64_t FaultCluster::Acknowledged() {
  const std::string said = coordinator_->standard_error();
  const std::string words = ": outer step ";
  const size_t last = said.rfind(words);
  return last == std::string::npos ? 0 : std::atoll(said.c_str() + last + words.size());
}

std::unique_ptr<v1::JobService::Stub> FaultCluster::Stub() const {
  return v1::JobService::NewStub(*OpenChannel(address_, {}));
}

v1::JobSummary FaultCluster::Run(int64_t step) {
  v1::SubmitRequest submit;
  *submit.mutable_config() = config_;
  submit.set_request_id("the only one");
  first_step_ = -1;
  v1::JobSummary summary;
  const auto stub = Stub();
  grpc::ClientContext submitting, watching;
  SetDeadline(submitting);
  SetDeadline(watching);
  v1::SubmitReply job;
  if (!stub->Submit(&submitting, submit, &job).ok()) return summary;
  v1::WatchRequest request;
  request.set_job(job.job());
  const auto stream = stub->Watch(&watching, request);
  v1::Progress progress;
  while (stream->Read(&progress)) {
    summary = progress.summary();
    if (first_step_ < 0) first_step_ = summary.step();
    if (Ended(summary.state()) || summary.step() >= step) break;
  }
  watching.TryCancel();
  stream->Finish();
  return summary;
}

std::string FaultCluster::Digest() {
  grpc::ClientContext context;
  SetDeadline(context);
  v1::GetThetaRequest request;
  request.set_job(config_.name());
  v1::GetThetaReply reply;
  Stub()->GetTheta(&context, request, &reply);
  return reply.digest();
}

std::string FaultCluster::Undisturbed(int* calls) {
  EXPECT_TRUE(StartCoordinator(Fault("kill:1000000")));
  EXPECT_EQ(Run().state(), v1::JOB_STATE_SUCCEEDED);
  const std::string digest = Digest();
  *calls = std::atoi(ReadFile(folder_.path() + "/count").value_or("0").c_str());
  return digest;
}

}  // namespace paceline
