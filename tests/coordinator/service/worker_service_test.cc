#include "coordinator/service/worker_service.h"

#include "gmock/gmock.h"
#include "tests/coordinator/service/service_fixture.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

class WorkerServiceTest : public ServiceTest {
 protected:
  // What the coordinator says to one message, and how the call ends.
  grpc::Status Say(const v1::WorkerMessage& message) {
    grpc::ClientContext context;
    auto stream = workers_->Work(&context);
    stream->Write(message);
    replies_.clear();
    for (v1::CoordinatorMessage reply; stream->Read(&reply);) replies_.push_back(reply);
    return stream->Finish();
  }
  grpc::Status FetchTheta(const std::string& job, int64_t first, int64_t last) {
    grpc::ClientContext context;
    v1::FetchThetaRequest request;
    request.set_job(job);
    request.set_first_step(first);
    request.set_last_step(last);
    auto reader = workers_->FetchTheta(&context, request);
    thetas_.clear();
    for (v1::Theta theta; reader->Read(&theta);) thetas_.push_back(theta);
    return reader->Finish();
  }

  std::vector<v1::CoordinatorMessage> replies_;
  std::vector<v1::Theta> thetas_;
};

TEST_F(WorkerServiceTest, AWorkerWithoutAProtocolOfOursIsDismissedWithWhatToUpdate) {
  for (const auto& [protocol, side] :
       {std::pair{kProtocolVersion + 1, "update the coordinator"},
        std::pair{kOldestProtocolVersion - 1, "update the worker"}}) {
    const grpc::Status status = Say(HelloMessage(protocol));
    EXPECT_EQ(status.error_code(), grpc::FAILED_PRECONDITION);
    ASSERT_EQ(replies_.size(), 1u);
    ASSERT_TRUE(replies_[0].has_dismiss());
    EXPECT_THAT(replies_[0].dismiss().reason(), HasSubstr(side));
  }
}

TEST_F(WorkerServiceTest, ANewerAndAnOlderWorkerDoAJobTogether) {
  v1::WorkerMessage newer = HelloMessage(kProtocolVersion + 5);
  newer.mutable_hello()->set_oldest_protocol(kProtocolVersion);
  const auto young = NewWorker(newer), old = NewWorker(HelloMessage(kOldestProtocolVersion));
  const std::string job = Submit(ToyConfig());
  EXPECT_EQ(Follow(job).back().summary().state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_TRUE(server_->Stop().ok());
  young->End();
  old->End();
  EXPECT_EQ(young->protocol(), kProtocolVersion);
  EXPECT_EQ(old->protocol(), kOldestProtocolVersion);
}

TEST_F(WorkerServiceTest, WhoDoesNotSayHelloFirstIsDismissed) {
  v1::WorkerMessage message;
  message.mutable_heartbeat();
  EXPECT_EQ(Say(message).error_code(), grpc::INVALID_ARGUMENT);
  ASSERT_EQ(replies_.size(), 1u);
  EXPECT_TRUE(replies_[0].has_dismiss());
}

TEST_F(WorkerServiceTest, WhoDoesNotSayHelloIsNotWaitedForForever) {
  server_.reset();
  hello_patience_ = std::chrono::milliseconds(300);
  StartServer();
  grpc::ClientContext silent_context, worker_context;
  const auto silent = workers_->Work(&silent_context);
  const auto worker = workers_->Work(&worker_context);
  worker->Write(HelloMessage(kProtocolVersion));
  v1::CoordinatorMessage message;
  EXPECT_FALSE(silent->Read(&message));
  EXPECT_EQ(silent->Finish().error_code(), grpc::CANCELLED);
  ASSERT_TRUE(worker->Read(&message)) << "who has said Hello may be silent for longer";
  worker_context.TryCancel();
}

TEST_F(WorkerServiceTest, AMessageThatNoWorkerNeedsEndsItsStream) {
  grpc::ClientContext context;
  const auto stream = workers_->Work(&context);
  stream->Write(HelloMessage(kProtocolVersion));
  v1::CoordinatorMessage reply;
  ASSERT_TRUE(stream->Read(&reply));
  v1::WorkerMessage message;
  message.mutable_failure()->set_message(std::string(kMaxWorkerMessageBytes + 1, 'x'));
  stream->Write(message);
  while (stream->Read(&reply)) {
  }
  EXPECT_TRUE(reply.has_dismiss());
  EXPECT_THAT(reply.dismiss().reason(), HasSubstr("4194304 at most"));
  EXPECT_EQ(stream->Finish().error_code(), grpc::INVALID_ARGUMENT);
  message.Clear();
  message.mutable_hello()->set_name(std::string(kMaxWorkerMessageBytes + 1, 'x'));
  EXPECT_EQ(Say(message).error_code(), grpc::INVALID_ARGUMENT);
}

// Every message of a stream comes, in order, however fast they are sent.
TEST_F(WorkerServiceTest, AStreamThatSendsFasterThanTheLoopTakesLosesNothing) {
  const std::string job = Submit(LongConfig("long"));
  const auto worker = NewWorker();
  grpc::ClientContext context;
  const auto stream = workers_->Work(&context);
  v1::WorkerMessage hello = HelloMessage(kProtocolVersion);
  hello.mutable_hello()->set_name("loud");
  stream->Write(hello);
  v1::WorkerMessage message;
  message.mutable_answer()->set_evaluation(std::string(100'000, 'x'));
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(stream->Write(message));
  message.mutable_leaving()->set_reason("the last of them");
  ASSERT_TRUE(stream->Write(message));
  EXPECT_TRUE(WaitUntil([&] {
    grpc::ClientContext call;
    v1::ListWorkersReply reply;
    (void)jobs_->ListWorkers(&call, v1::ListWorkersRequest(), &reply);
    return reply.workers_size() == 1;
  }));
  WaitForStep(job, Summary(job).step() + 2);
  context.TryCancel();
}

TEST_F(WorkerServiceTest, ThetaIsFetchedFromTheOldestLivingEpisodeOn) {
  const auto worker = NewWorker();
  const std::string job = Submit(LongConfig("long"));
  WaitForStep(job, 10);
  grpc::ClientContext context;
  v1::JobRequest request;
  request.set_job(job);
  v1::JobSummary summary;
  ASSERT_TRUE(jobs_->Pause(&context, request, &summary).ok());
  const int64_t step = summary.step();
  ASSERT_TRUE(FetchTheta(job, step, step).ok());
  ASSERT_EQ(thetas_.size(), 1u);
  EXPECT_EQ(thetas_[0].step(), step);
  EXPECT_EQ(thetas_[0].values().size(), 2 * sizeof(float));
  EXPECT_EQ(FetchTheta(job, step, step + 1).error_code(), grpc::OUT_OF_RANGE);
  EXPECT_EQ(FetchTheta(job, 0, step).error_code(), grpc::OUT_OF_RANGE);
  EXPECT_EQ(FetchTheta(job, step, step - 1).error_code(), grpc::INVALID_ARGUMENT);
  EXPECT_EQ(FetchTheta("x", step, step).error_code(), grpc::NOT_FOUND);
}

TEST_F(WorkerServiceTest, AWorkerWhoseStreamBreaksIsReplacedByAnother) {
  auto first = NewWorker();
  const std::string job = Submit(LongConfig("long"));
  WaitForStep(job, 2);
  first->Stop();
  const int64_t stood_at = Summary(job).step();
  const auto second = NewWorker();
  WaitForStep(job, stood_at + 3);
  EXPECT_GE(Summary(job).step(), stood_at + 3);
}

TEST_F(WorkerServiceTest, SeveralWorkersShareAJob) {
  const auto a = NewWorker();
  const auto b = NewWorker();
  const auto c = NewWorker();
  const std::string job = Submit(ToyConfig());
  EXPECT_EQ(Follow(job).back().summary().state(), v1::JOB_STATE_SUCCEEDED);
}

}  // namespace
}  // namespace paceline
