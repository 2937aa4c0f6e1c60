#include "coordinator/service/server.h"

#include <grpcpp/generic/generic_stub.h>

#include <atomic>

#include "common/rpc/channel.h"
#include "gmock/gmock.h"
#include "tests/coordinator/service/service_fixture.h"
#include "tests/testing/documented_metrics.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;
using ::testing::IsSubsetOf;
using ::testing::Not;

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

TEST_F(ServerTest, AScrapeIsAnsweredWhileItRuns) {
  TemporaryFolder folder;
  MemoryStore store;
  HealthBoard health(Clock::Real());
  MetricsBoard metrics({.data_folder = folder.path()}, health);
  const auto scrape = [&] {
    Families families;
    metrics.Tell(families);
    EXPECT_THAT(NamesOf(families.ToText()), IsSubsetOf(DocumentedMetrics("Of the coordinator")));
    return families.ToText();
  };
  EXPECT_THAT(scrape(), Not(HasSubstr("paceline_scrape_stale")));
  const auto server = Server::Start({.listen = {.host = "127.0.0.1", .port = 0},
                                     .tls = {},
                                     .data_folder = folder.path(),
                                     .threads = 1,
                                     .health = &health,
                                     .metrics = &metrics,
                                     .on_fatal = {}},
                                    store, Clock::Real());
  ASSERT_TRUE(server.ok()) << server.status();
  auto channel = OpenChannel((*server)->address().ToString(), {});
  ASSERT_TRUE(channel.ok());
  grpc::ClientContext context;
  v1::ListReply reply;
  ASSERT_TRUE(v1::JobService::NewStub(*channel)->List(&context, {}, &reply).ok());
  // A call is over a little later for the server than for its client.
  const char* line = "paceline_rpcs_total{method=\"JobService/List\",code=\"OK\"} 1\n";
  EXPECT_TRUE(WaitUntil([&] { return scrape().find(line) != std::string::npos; }));
  const std::string text = scrape();
  EXPECT_THAT(text, HasSubstr("paceline_scrape_stale 0\n"));
  EXPECT_THAT(text, HasSubstr("paceline_connections_total 1\n"));
  EXPECT_THAT(text, HasSubstr("paceline_rpcs_in_flight{method=\"JobService/List\"} 0\n"));
  (void)(*server)->Stop();
  EXPECT_THAT(scrape(), Not(HasSubstr("paceline_scrape_stale")));
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

// What gRPC's health service says of the service of that name.
std::string HealthOf(const std::shared_ptr<grpc::Channel>& channel, const std::string& service) {
  grpc::GenericStub stub(channel);
  grpc::CompletionQueue queue;
  grpc::ClientContext context;
  const grpc::Slice name(service.empty() ? ""
                                         : "\x0A" + std::string(1, char(service.size())) + service);
  const grpc::ByteBuffer request(&name, 1);
  grpc::ByteBuffer reply;
  auto call = stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check", request, &queue);
  call->StartCall();
  grpc::Status status;
  call->Finish(&reply, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  EXPECT_TRUE(queue.Next(&tag, &ok));
  grpc::Slice slice;
  if (!status.ok() || !reply.TrySingleSlice(&slice).ok()) return status.error_message();
  return {slice.begin(), slice.end()};
}

TEST_F(ServerTest, SaysThatItIsHealthyAsAWholeAndByService) {
  for (const char* service : {"", "paceline.v1.WorkerService", "paceline.v1.JobService",
                              "paceline.v1.EvaluationService"}) {
    EXPECT_EQ(HealthOf(channel_, service), "\x08\x01") << service << " is SERVING";
  }
  EXPECT_NE(HealthOf(channel_, "paceline.v1.Nonsense"), "\x08\x01");
}

}  // namespace
}  // namespace paceline
