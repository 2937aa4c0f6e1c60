#include <sys/stat.h>

#include <chrono>
#include <set>
#include <thread>

#include "coordinator/access/rules.h"
#include "gmock/gmock.h"
#include "grpcpp/create_channel.h"
#include "paceline/v1/access.grpc.pb.h"
#include "tests/coordinator/service/access_fixture.h"

namespace paceline {
namespace {

using std::chrono::steady_clock;
using ::testing::HasSubstr;

std::string PathOf(std::string_view method) {
  const std::string text(method);
  return (method.starts_with("grpc.") ? "/" : "/paceline.v1.") + text;
}

// Of ReadAuditRequest, field 1 (after): a number beyond all.
constexpr char kAfterAll[] = "\x08\xff\xff\xff\xff\xff\xff\xff\x7f";
// Of ServerReflectionRequest, field 7 (list_services) with any text.
constexpr char kListServices[] = "\x3a\x01*";

TEST_F(AccessServerTest, EveryMethodOfEveryServiceThatIsThereHasARule) {
  std::string reply;
  const auto admin = Connect(With("admin", "root"));
  const grpc::Status status =
      Ask(admin, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &reply,
          kListServices);
  ASSERT_TRUE(status.ok()) << status.error_message();
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  std::set<std::string> there;
  for (const MethodRule& rule : Rules()) {
    const std::string service = PathOf(rule.method).substr(1, PathOf(rule.method).rfind('/') - 1);
    EXPECT_THAT(reply, HasSubstr(service));
    if (service.starts_with("paceline.")) there.insert(service);
  }
  EXPECT_EQ(there.size(), 4u);
  for (const std::string& service : there) {
    const auto* found = pool->FindServiceByName(service);
    for (int i = 0; i < found->method_count(); ++i) {
      const std::string path = "/" + service + "/" + found->method(i)->name();
      EXPECT_NE(FindRule(MethodOfPath(path)), nullptr) << path;
    }
  }
  // No service but those.
  size_t named = 0;
  for (size_t at = 0; (at = reply.find("paceline.v1.", at)) != std::string::npos; ++at) ++named;
  EXPECT_EQ(named, there.size());
}

TEST_F(AccessServerTest, TheTableHoldsForEveryRoleAndEveryMethod) {
  for (const auto& [word, role] :
       {std::pair{"viewer", v1::ROLE_VIEWER}, std::pair{"submitter", v1::ROLE_SUBMITTER},
        std::pair{"worker", v1::ROLE_WORKER}, std::pair{"admin", v1::ROLE_ADMIN}}) {
    const auto by_certificate = Connect(With(word, "someone"));
    const auto by_token = Connect(WithToken(Token(role, "someone")));
    for (const MethodRule& rule : Rules()) {
      if (rule.method.ends_with("Health/Watch")) continue;  // never ends
      for (const auto& channel : {by_certificate, by_token}) {
        // Of the audit log nothing, or a call for one message would wait for the rest to be read.
        const std::string request = rule.method.ends_with("ReadAudit") ? kAfterAll : "";
        const grpc::Status status = Ask(channel, PathOf(rule.method), nullptr, request);
        const bool denied = status.error_code() == grpc::PERMISSION_DENIED;
        EXPECT_EQ(denied, !Lets(rule.access, role))
            << word << " " << rule.method << ": " << status.error_message();
        EXPECT_NE(status.error_code(), grpc::UNAUTHENTICATED) << status.error_message();
      }
    }
  }
}

TEST_F(AccessServerTest, WhoShowsNothingGoodIsToldWhat) {
  const std::string good = Token(v1::ROLE_VIEWER, "v");
  std::string forged = good;
  forged.back() = forged.back() == 'A' ? 'B' : 'A';
  const std::string revoked = Token(v1::ROLE_VIEWER, "v");
  ASSERT_TRUE(book_->Revoke(revoked.substr(3, 12)).ok());
  const TlsFlags stolen = With("admin", "stolen");
  ASSERT_TRUE(book_->RevokeCertificate(SerialOf(stolen), "stolen", "test").ok());
  struct Case {
    TlsFlags tls;
    const char* word;
  };
  for (const Case& one :
       {Case{{.ca = Path("ca.pem")}, "neither a client certificate nor a token"},
        Case{WithToken(forged), "not known"}, Case{WithToken(revoked), "revoked"},
        Case{WithToken("pl_nonsense"), "no token"}, Case{stolen, "revoked: stolen"},
        Case{With("coordinator", "c"), "is of a coordinator"}}) {
    const grpc::Status status = Ask(Connect(one.tls), "/paceline.v1.JobService/List");
    EXPECT_EQ(status.error_code(), grpc::UNAUTHENTICATED) << one.word;
    EXPECT_THAT(status.error_message(), HasSubstr(one.word));
  }
  // Our own clients would not load it.
  const Certificate old =
      MakeIdentity("spiffe://paceline/admin/old", authority_, {.from_s = -100, .until_s = -10});
  const auto channel = grpc::CreateChannel(
      server_->address().ToString(), grpc::SslCredentials({authority_.cert, old.key, old.cert}));
  const grpc::Status expired = Ask(channel, "/paceline.v1.JobService/List");
  EXPECT_TRUE(expired.error_code() == grpc::UNAUTHENTICATED ||
              expired.error_code() == grpc::UNAVAILABLE)
      << expired.error_message();
  EXPECT_TRUE(Ask(Connect(WithToken(good)), "/paceline.v1.JobService/List").ok());
  EXPECT_TRUE(Ask(Connect({.ca = Path("ca.pem")}), "/grpc.health.v1.Health/Check").ok());
  EXPECT_EQ(Ask(Connect(WithToken(good)), "/paceline.v1.JobService/Sudo").error_code(),
            grpc::UNIMPLEMENTED);
}

TEST_F(AccessServerTest, ASubmitterRulesItsOwnJobsAndHasSoManyAtMost) {
  const auto alice = v1::JobService::NewStub(Connect(With("submitter", "alice")));
  const auto bob = v1::JobService::NewStub(Connect(With("submitter", "bob")));
  const auto submit = [&](v1::JobService::Stub& stub, const std::string& name) {
    grpc::ClientContext context;
    v1::SubmitRequest request;
    *request.mutable_config() = LongConfig(name);
    v1::SubmitReply reply;
    return stub.Submit(&context, request, &reply);
  };
  const auto cancel = [&](v1::JobService::Stub& stub, const std::string& name) {
    grpc::ClientContext context;
    v1::JobRequest request;
    request.set_job(name);
    v1::JobSummary reply;
    return stub.Cancel(&context, request, &reply);
  };
  EXPECT_TRUE(submit(*alice, "one").ok());
  EXPECT_TRUE(submit(*alice, "two").ok());
  EXPECT_EQ(submit(*alice, "three").error_code(), grpc::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(submit(*bob, "three").ok());
  const grpc::Status others = cancel(*bob, "one");
  EXPECT_EQ(others.error_code(), grpc::PERMISSION_DENIED);
  EXPECT_THAT(others.error_message(), HasSubstr("belongs to alice"));
  EXPECT_EQ(cancel(*bob, "no-such-job").error_code(), grpc::NOT_FOUND);
  EXPECT_TRUE(cancel(*alice, "one").ok());
  EXPECT_TRUE(submit(*alice, "four").ok());
  const auto admin = v1::JobService::NewStub(Connect(With("admin", "root")));
  EXPECT_TRUE(cancel(*admin, "two").ok());
  const auto verdict = VerifyAudit(folder_.path());
  ASSERT_TRUE(verdict.ok());
  EXPECT_EQ(verdict->fault, "");
  EXPECT_EQ(verdict->entries, 8);
}

TEST_F(AccessServerTest, ARevokedWorkersStreamEndsWithTheReasonAndSoDoWatchers) {
  const TlsFlags worker_tls = With("worker", "w1"), viewer_tls = With("viewer", "v1");
  const auto workers = v1::WorkerService::NewStub(Connect(worker_tls));
  StreamWorker worker(*workers, HelloMessage(kProtocolVersion));
  const auto jobs = v1::JobService::NewStub(Connect(With("submitter", "alice")));
  {
    grpc::ClientContext context;
    v1::SubmitRequest request;
    *request.mutable_config() = LongConfig("long");
    v1::SubmitReply reply;
    ASSERT_TRUE(jobs->Submit(&context, request, &reply).ok());
  }
  const auto viewers = v1::JobService::NewStub(Connect(viewer_tls));
  grpc::ClientContext watching;
  v1::WatchRequest request;
  request.set_job("long");
  const auto watch = viewers->Watch(&watching, request);
  v1::Progress progress;
  while (watch->Read(&progress) && progress.summary().step() < 5) {
  }
  const auto begin = steady_clock::now();
  ASSERT_TRUE(book_->RevokeCertificate(SerialOf(worker_tls), "lost laptop", "test").ok());
  ASSERT_TRUE(book_->RevokeCertificate(SerialOf(viewer_tls), "left", "test").ok());
  const grpc::Status worker_end = worker.End();
  while (watch->Read(&progress)) {
  }
  const grpc::Status watch_end = watch->Finish();
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(2));
  EXPECT_EQ(worker_end.error_code(), grpc::UNAUTHENTICATED);
  EXPECT_THAT(worker_end.error_message(), HasSubstr("revoked: lost laptop"));
  EXPECT_EQ(watch_end.error_code(), grpc::UNAUTHENTICATED);
  EXPECT_THAT(watch_end.error_message(), HasSubstr("revoked: left"));
}

// A worker on a stream of its own, which does as the test says.
class HandWorker {
 public:
  explicit HandWorker(std::shared_ptr<grpc::Channel> channel)
      : stub_(v1::WorkerService::NewStub(std::move(channel))), stream_(stub_->Work(&context_)) {
    stream_->Write(HelloMessage(kProtocolVersion));
  }
  ~HandWorker() {
    context_.TryCancel();
    stream_->Finish();
  }
  // The next blocks that it is asked for.
  v1::RunWindows NextRun() {
    v1::CoordinatorMessage message;
    while (stream_->Read(&message)) {
      if (message.has_job()) config_ = message.job().config();
      if (message.has_run()) return message.run();
    }
    return {};
  }
  void Answer(const v1::JobConfig& config, const v1::RunWindows& run) {
    for (const uint32_t block : run.blocks()) {
      v1::WorkerMessage answer;
      *answer.mutable_result() = ToyAnswer(config, run, block);
      stream_->Write(answer);
    }
  }
  // Whatever it is asked until Stop.
  void AnswerRest() {
    for (auto run = NextRun(); run.blocks_size() > 0; run = NextRun()) Answer(config_, run);
  }
  void Stop() { context_.TryCancel(); }
  const v1::JobConfig& config() const { return config_; }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<v1::WorkerService::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::WorkerMessage, v1::CoordinatorMessage>> stream_;
  v1::JobConfig config_;
};

TEST_F(AccessServerTest, AWorkerCannotAnswerForWhatAnotherWasAsked) {
  const auto jobs = v1::JobService::NewStub(Connect(With("submitter", "alice")));
  const auto submit = [&] {
    grpc::ClientContext context;
    v1::SubmitRequest request;
    *request.mutable_config() = LongConfig("long");
    v1::SubmitReply reply;
    ASSERT_TRUE(jobs->Submit(&context, request, &reply).ok());
  };
  const auto step = [&] {
    grpc::ClientContext context;
    v1::ShowRequest request;
    request.set_job("long");
    v1::JobDetail detail;
    EXPECT_TRUE(jobs->Show(&context, request, &detail).ok());
    return detail.summary().step();
  };
  submit();
  HandWorker a(Connect(With("worker", "a")));
  const v1::RunWindows asked = a.NextRun();
  ASSERT_GT(asked.blocks_size(), 0);
  // Of the same identity or another: the lease is of a's stream.
  HandWorker b(Connect(With("worker", "b")));
  b.Answer(a.config(), asked);
  HandWorker again(Connect(With("worker", "a")));
  again.Answer(a.config(), asked);
  // The coordinator takes messages of one stream in order: a request behind them shows that it has
  // seen them.
  EXPECT_TRUE(WaitUntil([&] {
    grpc::ClientContext context;
    v1::ListWorkersReply reply;
    EXPECT_TRUE(jobs->ListWorkers(&context, v1::ListWorkersRequest(), &reply).ok());
    return reply.workers_size() == 3 && reply.workers(1).identity() == "b";
  }));
  EXPECT_EQ(step(), 0);
  a.Answer(a.config(), asked);
  std::thread rest([&] { a.AnswerRest(); });
  EXPECT_TRUE(WaitUntil([&] { return step() >= 1; }));
  a.Stop();
  rest.join();
}

TEST_F(AccessServerTest, NewServerFilesAreTakenAndATornPairIsNot) {
  const auto ask = [&](const TlsFlags& tls) {
    return Ask(Connect(tls), "/grpc.health.v1.Health/Check").ok();
  };
  const TlsFlags old_client = With("viewer", "v");
  EXPECT_TRUE(ask(old_client));
  const Certificate other = MakeAuthority("another authority");
  const Certificate server = MakeIdentity("spiffe://paceline/coordinator/c", other);
  Write("other-ca.pem", other.cert);
  const TlsFlags new_client{.ca = Path("other-ca.pem")};
  EXPECT_FALSE(ask(new_client));
  // The certificate without its key: the old pair stays.
  Write("server.pem", server.cert);
  const auto torn_until = steady_clock::now() + 3 * WatchedPem::kLookAgain;
  while (steady_clock::now() < torn_until) EXPECT_TRUE(ask(old_client));
  Write("server.key", server.key);
  EXPECT_TRUE(WaitUntil([&] { return ask(new_client); }, std::chrono::seconds(3)));
  EXPECT_FALSE(ask(old_client));
}

TEST_F(AccessServerTest, TokensThatOthersCanReadAreNotShown) {
  const TlsFlags tls = WithToken(Token(v1::ROLE_VIEWER, "v"));
  ASSERT_EQ(chmod(tls.token_file.c_str(), 0644), 0);
  const auto channel = OpenChannel(server_->address().ToString(), tls);
  EXPECT_TRUE(absl::IsFailedPrecondition(channel.status())) << channel.status();
  const auto clear =
      OpenChannel("192.0.2.1:7700", {.insecure = true, .token_file = Path("ca.pem")});
  EXPECT_FALSE(clear.ok());
}

}  // namespace
}  // namespace paceline
