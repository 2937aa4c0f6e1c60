#include "worker/agent/coordinator_link.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <future>

#include "common/rpc/channel.h"
#include "gmock/gmock.h"
#include "grpcpp/server.h"
#include "gtest/gtest.h"
#include "tests/testing/process.h"
#include "tests/worker/agent/fake_engine.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

constexpr std::chrono::seconds kLimit{20};

// The coordinator's side of the protocol, steered by the test: it welcomes, then says what Say is
// told, and keeps what it hears.
class FakeCoordinator : public v1::WorkerService::Service {
 public:
  using Stream = grpc::ServerReaderWriter<v1::CoordinatorMessage, v1::WorkerMessage>;

  // At a port of its own, or at that of an earlier one.
  explicit FakeCoordinator(int port = 0) {
    grpc::ServerBuilder builder;
    ApplyServerLimits(builder);
    builder.AddListeningPort("127.0.0.1:" + std::to_string(port), grpc::InsecureServerCredentials(),
                             &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  // As a crash: streams break.
  ~FakeCoordinator() override {
    server_->Shutdown(std::chrono::system_clock::now());
    server_.reset();
    // Orders what the handlers did before what follows, which a race detector does not see in gRPC.
    std::lock_guard lock(mutex_);
  }

  int port() const { return port_; }
  std::string dismissal;
  uint32_t protocol = 0;                     // that it welcomes with; 0: it names none
  std::atomic<int64_t> thetas_in_time = -1;  // of each request; -1: all

  grpc::Status Work(grpc::ServerContext* context, Stream* stream) override {
    v1::WorkerMessage message;
    while (!message.has_leaving() && stream->Read(&message)) {
      if (message.has_hello()) Greet(*stream);
      Hear(message);
    }
    std::lock_guard lock(mutex_);
    stream_ = nullptr;
    return context->IsCancelled() ? grpc::Status::CANCELLED : grpc::Status::OK;
  }

  grpc::Status FetchTheta(grpc::ServerContext* context, const v1::FetchThetaRequest* request,
                          grpc::ServerWriter<v1::Theta>* writer) override {
    for (int64_t step = request->first_step(); step <= request->last_step(); ++step) {
      if (step - request->first_step() == thetas_in_time) {
        while (!context->IsCancelled()) std::this_thread::yield();
        break;
      }
      writer->Write(FakeThetaMessage(request->job(), step));
    }
    return grpc::Status::OK;
  }

  void Say(const v1::CoordinatorMessage& message) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(changed_.wait_for(lock, kLimit, [&] { return stream_ != nullptr; }));
    stream_->Write(message);
  }

  // The next message for which `wanted` holds; those before it are forgotten.
  v1::WorkerMessage Next(const std::function<bool(const v1::WorkerMessage&)>& wanted) {
    std::unique_lock lock(mutex_);
    const auto skip = [&] {
      while (!heard_.empty() && !wanted(heard_.front())) heard_.pop_front();
      return !heard_.empty();
    };
    if (!changed_.wait_for(lock, kLimit, skip)) {
      ADD_FAILURE() << "the worker did not say what was expected";
      return {};
    }
    v1::WorkerMessage message = heard_.front();
    heard_.pop_front();
    return message;
  }

 private:
  void Greet(Stream& stream) {
    v1::CoordinatorMessage message;
    if (dismissal.empty()) {
      message.mutable_welcome()->set_worker_id(7);
      message.mutable_welcome()->set_heartbeat_ms(20);
      message.mutable_welcome()->set_protocol(protocol);
    } else {
      message.mutable_dismiss()->set_reason(dismissal);
    }
    stream.Write(message);
    std::lock_guard lock(mutex_);
    stream_ = &stream;
    changed_.notify_all();
  }

  void Hear(const v1::WorkerMessage& message) {
    std::lock_guard lock(mutex_);
    heard_.push_back(message);
    changed_.notify_all();
  }

  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<v1::WorkerMessage> heard_;  // guarded by mutex_
  Stream* stream_ = nullptr;             // guarded by mutex_
};

bool IsHello(const v1::WorkerMessage& message) { return message.has_hello(); }
bool IsResult(const v1::WorkerMessage& message) { return message.has_result(); }
bool IsHeartbeat(const v1::WorkerMessage& message) { return message.has_heartbeat(); }
bool IsLeaving(const v1::WorkerMessage& message) { return message.has_leaving(); }

// A worker with a fake engine that serves a fake coordinator.
class CoordinatorLinkTest : public ::testing::Test {
 protected:
  CoordinatorLinkTest() : coordinator_(std::make_unique<FakeCoordinator>()) {}
  ~CoordinatorLinkTest() override {
    if (worker_.joinable()) Leave().IgnoreError();
  }

  void StartWorker() {
    LinkOptions options;
    options.address = "127.0.0.1:" + std::to_string(coordinator_->port());
    options.hello.set_name("tester");
    options.hello.set_protocol(4);
    options.hello.set_oldest_protocol(3);
    options.retry = std::chrono::milliseconds(10);
    options.resident_bytes = [] { return uint64_t{123}; };
    link_ = std::make_unique<CoordinatorLink>(*OpenChannel(options.address, {}), options);
    AgentPort port;
    port.send = [this](v1::WorkerMessage message) { link_->Send(std::move(message)); };
    port.fetch = [this](const std::string& job, int64_t first, int64_t last) {
      return link_->Fetch(job, first, last);
    };
    agent_ = std::make_unique<Agent>(1, FakeFactory(control_), port);
    worker_ = std::thread([this] { ended_.set_value(link_->Run(*agent_)); });
  }

  absl::Status Leave() {
    link_->Drain();
    worker_.join();
    return ended_.get_future().get();
  }

  void Ask(int64_t step, uint64_t epoch) {
    v1::CoordinatorMessage job, theta, run;
    job.mutable_job()->set_job("job");
    *theta.mutable_theta() = FakeThetaMessage("job", step);
    run.mutable_run()->set_job("job");
    run.mutable_run()->set_step(step);
    run.mutable_run()->set_theta_hash(theta.theta().hash());
    run.mutable_run()->set_epoch(epoch);
    run.mutable_run()->add_blocks(0);
    for (const v1::CoordinatorMessage& message : {job, theta, run}) coordinator_->Say(message);
  }

  std::shared_ptr<FakeEngineControl> control_ = std::make_shared<FakeEngineControl>();
  std::unique_ptr<FakeCoordinator> coordinator_;
  std::unique_ptr<CoordinatorLink> link_;
  std::unique_ptr<Agent> agent_;
  std::promise<absl::Status> ended_;
  std::thread worker_;
};

TEST_F(CoordinatorLinkTest, AWindowIsAskedForAndAnswered) {
  StartWorker();
  EXPECT_EQ(coordinator_->Next(IsHello).hello().name(), "tester");
  Ask(6, 3);
  const v1::WindowResult result = coordinator_->Next(IsResult).result();
  EXPECT_EQ(result.step(), 6);
  EXPECT_EQ(result.epoch(), 3u);
  EXPECT_EQ(result.particles(0).sum_plus(), FakeScalar("job", 0, 6));
  EXPECT_EQ(result.replayed_inner_steps(), 20u);
}

TEST_F(CoordinatorLinkTest, HeartbeatsTellWhatIsInMemory) {
  StartWorker();
  EXPECT_EQ(coordinator_->Next(IsHeartbeat).heartbeat().resident_bytes(), 123u);
}

// As does one that is never out of words.
TEST_F(CoordinatorLinkTest, TheFirstResultFollowsAHeartbeat) {
  StartWorker();
  Ask(0, 1);
  const auto is_either = [](const v1::WorkerMessage& message) {
    return IsHeartbeat(message) || IsResult(message);
  };
  EXPECT_TRUE(coordinator_->Next(is_either).has_heartbeat());
}

TEST_F(CoordinatorLinkTest, ItTellsWhetherItHasJoinedAndWhyNot) {
  StartWorker();
  coordinator_->Next(IsHeartbeat);
  LinkNumbers numbers = link_->Numbers();
  EXPECT_TRUE(numbers.joined);
  EXPECT_EQ(numbers.joins, 1u);
  EXPECT_TRUE(numbers.heard_ago.has_value());
  EXPECT_EQ(numbers.trouble, "");
  const int port = coordinator_->port();
  coordinator_.reset();
  EXPECT_TRUE(WaitUntil([&] {
    numbers = link_->Numbers();
    return !numbers.joined && numbers.trouble.find("cannot be reached") != std::string::npos;
  })) << numbers.trouble;
  coordinator_ = std::make_unique<FakeCoordinator>(port);
  EXPECT_TRUE(WaitUntil([&] { return link_->Numbers().joins == 2; }));
}

TEST_F(CoordinatorLinkTest, HeartbeatsGoOnWhileAWindowIsComputed) {
  std::promise<void> go;
  std::shared_future<void> gone = go.get_future().share();
  control_->on_window = [&](uint32_t, int64_t) {
    gone.wait();
    return absl::OkStatus();
  };
  StartWorker();
  Ask(0, 1);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(coordinator_->Next(IsHeartbeat).has_heartbeat());
  go.set_value();
  EXPECT_TRUE(coordinator_->Next(IsResult).has_result());
}

TEST_F(CoordinatorLinkTest, TheInnerStateOutlivesTheCoordinator) {
  StartWorker();
  Ask(0, 1);
  coordinator_->Next(IsResult);
  const int port = coordinator_->port();
  coordinator_.reset();
  coordinator_ = std::make_unique<FakeCoordinator>(port);
  coordinator_->Next(IsHello);
  Ask(0, 2);
  EXPECT_EQ(coordinator_->Next(IsResult).result().epoch(), 2u);
  Ask(1, 2);
  EXPECT_EQ(coordinator_->Next(IsResult).result().replayed_inner_steps(), 0u);
  EXPECT_EQ(control_->windows, 2);
}

TEST_F(CoordinatorLinkTest, LeavingComesAfterTheResultInProgress) {
  std::promise<void> started, go;
  std::shared_future<void> gone = go.get_future().share();
  control_->on_window = [&](uint32_t, int64_t) {
    started.set_value();
    gone.wait();
    return absl::OkStatus();
  };
  StartWorker();
  Ask(0, 1);
  started.get_future().wait();
  link_->Drain();
  go.set_value();
  coordinator_->Next(IsResult);
  coordinator_->Next(IsLeaving);
  EXPECT_TRUE(Leave().ok());
}

TEST_F(CoordinatorLinkTest, AWorkerThatIsGivenUpLeavesInTheMiddleOfAWindow) {
  std::promise<void> started, go;
  const std::shared_future<void> gone = go.get_future().share();
  control_->on_window = [&started, gone](uint32_t, int64_t) {
    started.set_value();
    gone.wait();
    return absl::OkStatus();
  };
  StartWorker();
  Ask(0, 1);
  started.get_future().wait();
  link_->Drain();
  link_->GiveUp();
  EXPECT_THAT(coordinator_->Next(IsLeaving).leaving().reason(), HasSubstr("grace time is over"));
  EXPECT_TRUE(absl::IsDeadlineExceeded(Leave()));
  go.set_value();
}

TEST_F(CoordinatorLinkTest, AWorkerThatWasToldToLeaveBeforeItBeganLeaves) {
  CoordinatorLink link(*OpenChannel("127.0.0.1:" + std::to_string(coordinator_->port()), {}), {});
  Agent agent(1, FakeFactory(control_), {});
  link.Drain();
  EXPECT_TRUE(link.Run(agent).ok());
}

TEST_F(CoordinatorLinkTest, OfVersionsOfThetaThoseCountThatASlowLineBringsInTime) {
  coordinator_->thetas_in_time = 2;
  LinkOptions options;
  options.fetch_deadline = std::chrono::milliseconds(500);
  CoordinatorLink link(*OpenChannel("127.0.0.1:" + std::to_string(coordinator_->port()), {}),
                       options);
  const auto some = link.Fetch("job", 0, 4);
  ASSERT_TRUE(some.ok()) << some.status();
  EXPECT_EQ(some->size(), 2u);
  coordinator_->thetas_in_time = 0;
  EXPECT_TRUE(absl::IsDeadlineExceeded(link.Fetch("job", 2, 4).status()));
}

TEST_F(CoordinatorLinkTest, ADismissedWorkerEndsWithTheReason) {
  coordinator_->dismissal = "fingerprint differs";
  StartWorker();
  worker_.join();
  const absl::Status status = ended_.get_future().get();
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("fingerprint differs"));
}

TEST_F(CoordinatorLinkTest, AProtocolThatTheWorkerDoesNotSpeakEndsIt) {
  coordinator_->protocol = 9;
  StartWorker();
  worker_.join();
  const absl::Status status = ended_.get_future().get();
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("speaks protocol 9 with this worker, which speaks 3 to 4"));
}

TEST_F(CoordinatorLinkTest, AnOlderProtocolThatTheWorkerSpeaksIsSpoken) {
  coordinator_->protocol = 3;
  StartWorker();
  Ask(6, 3);
  EXPECT_EQ(coordinator_->Next(IsResult).result().step(), 6);
}

TEST_F(CoordinatorLinkTest, ADismissalMayComeLater) {
  StartWorker();
  v1::CoordinatorMessage dismiss;
  dismiss.mutable_dismiss()->set_reason("done");
  coordinator_->Say(dismiss);
  worker_.join();
  EXPECT_TRUE(absl::IsFailedPrecondition(ended_.get_future().get()));
}

TEST_F(CoordinatorLinkTest, AWorkerWithoutACoordinatorCanLeave) {
  StartWorker();
  coordinator_->Next(IsHello);
  coordinator_.reset();
  EXPECT_TRUE(Leave().ok());
}

}  // namespace
}  // namespace paceline
