#include "tests/coordinator/service/service_fixture.h"

#include "common/rpc/channel.h"

namespace paceline {

v1::JobConfig LongConfig(const std::string& name) {
  v1::JobConfig config = ToyConfig(name);
  config.mutable_outer()->set_steps(1'000'000);
  config.set_checkpoint_every(1'000'000);
  return config;
}

v1::WorkerMessage HelloMessage(uint32_t protocol) {
  v1::WorkerMessage message;
  message.mutable_hello()->set_protocol(protocol);
  message.mutable_hello()->set_name("toy");
  message.mutable_hello()->set_threads(1);
  v1::TierFingerprint& reference = *message.mutable_hello()->add_fingerprints();
  reference.set_tier(v1::ENGINE_REFERENCE);
  reference.set_fingerprint("toy");
  return message;
}

StreamWorker::StreamWorker(v1::WorkerService::Stub& stub, v1::WorkerMessage hello)
    : hello_(std::move(hello)), stream_(stub.Work(&context_)), thread_([this] { Run(); }) {}

void StreamWorker::Stop() {
  context_.TryCancel();
  if (thread_.joinable()) thread_.join();
}

grpc::Status StreamWorker::End() {
  if (thread_.joinable()) thread_.join();
  return status_;
}

void StreamWorker::Run() {
  stream_->Write(hello_);
  v1::CoordinatorMessage message;
  while (stream_->Read(&message)) {
    if (message.has_job()) config_ = message.job().config();
    if (message.has_welcome()) protocol_ = message.welcome().protocol();
    if (message.has_dismiss()) dismissed_ = true;
    for (uint32_t block : message.run().blocks()) {
      v1::WorkerMessage answer;
      *answer.mutable_result() = ToyAnswer(config_, message.run(), block);
      stream_->Write(answer);
    }
  }
  status_ = stream_->Finish();
}

void ServiceTest::StartServer() {
  auto server = Server::Start({.listen = {.host = "127.0.0.1", .port = 0},
                               .tls = {},
                               .data_folder = folder_.path(),
                               .threads = 1,
                               .hello_patience = hello_patience_,
                               .on_fatal = {}},
                              store_, Clock::Real());
  ASSERT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);
  const auto channel = OpenChannel(server_->address().ToString(), {});
  ASSERT_TRUE(channel.ok()) << channel.status();
  channel_ = *channel;
  jobs_ = v1::JobService::NewStub(channel_);
  workers_ = v1::WorkerService::NewStub(channel_);
}

std::string ServiceTest::Submit(const v1::JobConfig& config) {
  grpc::ClientContext context;
  v1::SubmitRequest request;
  *request.mutable_config() = config;
  v1::SubmitReply reply;
  const grpc::Status status = jobs_->Submit(&context, request, &reply);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return reply.job();
}

std::vector<v1::Progress> ServiceTest::Follow(const std::string& job, int64_t after_step) {
  grpc::ClientContext context;
  v1::WatchRequest request;
  request.set_job(job);
  request.set_after_step(after_step);
  auto reader = jobs_->Watch(&context, request);
  std::vector<v1::Progress> all;
  for (v1::Progress progress; reader->Read(&progress);) all.push_back(progress);
  const grpc::Status status = reader->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  return all;
}

void ServiceTest::WaitForStep(const std::string& job, int64_t step) {
  grpc::ClientContext context;
  v1::WatchRequest request;
  request.set_job(job);
  auto reader = jobs_->Watch(&context, request);
  v1::Progress progress;
  while (reader->Read(&progress) && progress.summary().step() < step) {
  }
  EXPECT_GE(progress.summary().step(), step);
  context.TryCancel();
  reader->Finish();
}

v1::JobSummary ServiceTest::Summary(const std::string& job) {
  grpc::ClientContext context;
  v1::ShowRequest request;
  request.set_job(job);
  v1::JobDetail detail;
  const grpc::Status status = jobs_->Show(&context, request, &detail);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return detail.summary();
}

}  // namespace paceline
