#include "coordinator/service/server.h"

#include <grpcpp/generic/generic_stub.h>

#include <atomic>

#include "common/rpc/channel.h"
#include "gmock/gmock.h"
#include "tests/coordinator/service/service_fixture.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

class ServerTest : public ServiceTest {
 protected:
  absl::Status TryStart(const Address& listen) {
    TemporaryFolder folder;
    MemoryStore store;
    return Server::Start({.listen = listen,
                          .tls = {},
                          .data_folder = folder.path(),
                          .threads = 1,
                          .on_fatal = {}},
                         store, Clock::Real())
        .status();
  }
};

// Fails when it is told to.
class BrittleStore : public MemoryStore {
 public:
  absl::Status health() override { return broken ? absl::InternalError("EIO") : absl::OkStatus(); }
  std::atomic<bool> broken = false;
};

TEST_F(ServerTest, ItsHealthIsToldWithEveryTurnOfTheLoop) {
  TemporaryFolder folder;
  BrittleStore store;
  HealthBoard health(Clock::Real());
  EXPECT_THAT(health.WhyNotReady(), HasSubstr("starting"));
  const auto server = Server::Start({.listen = {.host = "127.0.0.1", .port = 0},
                                     .tls = {},
                                     .data_folder = folder.path(),
                                     .threads = 1,
                                     .health = &health,
                                     .on_fatal = {}},
                                    store, Clock::Real());
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_EQ(health.WhyNotReady(), "");
  EXPECT_EQ(health.WhyUnhealthy(), "");
  store.broken = true;
  EXPECT_TRUE(WaitUntil([&] { return health.WhyUnhealthy() == "EIO"; }));
  (void)(*server)->Stop();
  EXPECT_THAT(health.WhyNotReady(), HasSubstr("stopping"));
}

TEST_F(ServerTest, StopEndsAllStreamsAndDismissesNobody) {
  const auto worker = NewWorker();
  const std::string job = Submit(LongConfig("long"));
  WaitForStep(job, 2);
  grpc::ClientContext context;
  v1::WatchRequest request;
  request.set_job(job);
  auto watch = jobs_->Watch(&context, request);
  v1::Progress progress;
  ASSERT_TRUE(watch->Read(&progress));
  EXPECT_TRUE(server_->Stop().ok());
  while (watch->Read(&progress)) {
  }
  EXPECT_FALSE(watch->Finish().ok());
  EXPECT_FALSE(worker->End().ok());
  EXPECT_FALSE(worker->dismissed());
}

TEST_F(ServerTest, AJobGoesOnUnderTheNextServer) {
  {
    const auto worker = NewWorker();
    Submit(LongConfig("long"));
    WaitForStep("long", 3);
    EXPECT_TRUE(server_->Stop().ok());
  }
  const int64_t done = store_.Totals("long")->steps;
  StartServer();
  EXPECT_EQ(Summary("long").step(), done);
  const auto worker = NewWorker();
  WaitForStep("long", done + 2);
}

TEST_F(ServerTest, APortIsListenedOnByOneCoordinator) {
  const absl::Status status = TryStart(server_->address());
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("cannot listen on 127.0.0.1:"));
}

TEST_F(ServerTest, PlaintextStaysOnThisMachine) {
  EXPECT_TRUE(absl::IsFailedPrecondition(TryStart({.host = "0.0.0.0", .port = 0})));
}

TEST_F(ServerTest, SaysThatItIsHealthy) {
  grpc::GenericStub stub(channel_);
  grpc::CompletionQueue queue;
  grpc::ClientContext context;
  const grpc::Slice empty;
  const grpc::ByteBuffer request(&empty, 1);
  grpc::ByteBuffer reply;
  auto call = stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check", request, &queue);
  call->StartCall();
  grpc::Status status;
  call->Finish(&reply, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  ASSERT_TRUE(queue.Next(&tag, &ok));
  ASSERT_TRUE(status.ok()) << status.error_message();
  grpc::Slice slice;
  ASSERT_TRUE(reply.TrySingleSlice(&slice).ok());
  EXPECT_EQ(std::string(slice.begin(), slice.end()), "\x08\x01") << "status: SERVING";
}

}  // namespace
}  // namespace paceline
