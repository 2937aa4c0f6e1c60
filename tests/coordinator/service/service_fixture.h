// A coordinator behind a real loopback port, and workers on real streams that compute a toy
// function.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/base/protocol.h"
#include "coordinator/service/server.h"
#include "coordinator/store/memory_store.h"
#include "gtest/gtest.h"
#include "paceline/v1/job.grpc.pb.h"
#include "paceline/v1/worker.grpc.pb.h"
#include "tests/testing/process.h"
#include "tests/testing/sim/fake_cluster.h"

namespace paceline {

// Answers everything it is asked, until it is stopped or the coordinator ends the stream.
class StreamWorker {
 public:
  explicit StreamWorker(v1::WorkerService::Stub& stub, v1::WorkerMessage hello);
  ~StreamWorker() { Stop(); }
  void Stop();
  // How the stream ended. Waits for its end.
  grpc::Status End();
  bool dismissed() const { return dismissed_; }
  // What it was welcomed with; once it has ended.
  uint32_t protocol() const { return protocol_; }

 private:
  void Run();

  const v1::WorkerMessage hello_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::WorkerMessage, v1::CoordinatorMessage>> stream_;
  v1::JobConfig config_;
  grpc::Status status_;
  bool dismissed_ = false;
  uint32_t protocol_ = 0;
  std::thread thread_;
};

// A job that will not end while a test looks at it.
v1::JobConfig LongConfig(const std::string& name);
v1::WorkerMessage HelloMessage(uint32_t protocol);

class ServiceTest : public ::testing::Test {
 protected:
  void SetUp() override { StartServer(); }
  void StartServer();

  std::string Submit(const v1::JobConfig& config);
  // Follows the job to its end.
  std::vector<v1::Progress> Follow(const std::string& job, int64_t after_step = 0);
  // Returns as soon as the job has done so many outer steps.
  void WaitForStep(const std::string& job, int64_t step);
  v1::JobSummary Summary(const std::string& job);
  std::unique_ptr<StreamWorker> NewWorker() { return NewWorker(HelloMessage(kProtocolVersion)); }
  std::unique_ptr<StreamWorker> NewWorker(v1::WorkerMessage hello) {
    return std::make_unique<StreamWorker>(*workers_, std::move(hello));
  }

  TemporaryFolder folder_;
  MemoryStore store_;
  std::chrono::milliseconds hello_patience_{10'000};  // of the next start
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::JobService::Stub> jobs_;
  std::unique_ptr<v1::WorkerService::Stub> workers_;
};

}  // namespace paceline
