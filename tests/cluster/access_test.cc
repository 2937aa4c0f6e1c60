// Who may do what, over the programs themselves.
#include <signal.h>
#include <sys/stat.h>

#include <chrono>

#include "common/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cluster/cluster.h"
#include "tests/cluster/guarded_cluster.h"

namespace paceline {
namespace {

using std::chrono::steady_clock;
using ::testing::HasSubstr;

// A few seconds of work for one thread.
constexpr char kShortJob[] = R"(
name: short
seed: 3
optimizer: {learnable_sgd: {learning_rate: 0.01}}
tasks: [{quadratic: {dimension: 10, kind: target}}]
episode: {constant: {steps: 200}}
estimator: {nres: {window: 50, sigma: 0.1}, particles: 32, block: 4}
outer: {steps: 500, optimizer: {adam: {learning_rate: 1.0e-3}}}
)";

std::string EndlessJob(const std::string& name) {
  std::string yaml = kShortJob;
  yaml.replace(yaml.find("short"), 5, name);
  return yaml.replace(yaml.find("500"), 3, "1000000");
}

TEST(AccessTest, ARevokedWorkerIsOutWithinTwoSecondsAndTheLogsTellWhoDidIt) {
  GuardedCluster cluster;
  cluster.Issue("worker", "w1", cluster.authority());
  const auto worker = cluster.StartWorker("w1");
  const std::string job = cluster.Submit(EndlessJob("endless"));
  cluster.WaitForStep(job, 3);
  const auto begin = steady_clock::now();
  const Finished revoked = cluster.Paceline(
      "admin", "root", {"revoke", cluster.SerialOf("worker", "w1"), "--reason", "lost laptop"});
  EXPECT_EQ(revoked.status, 0) << revoked.err;
  EXPECT_TRUE(worker->WaitForOutput("is revoked: lost laptop")) << worker->output();
  const auto took = steady_clock::now() - begin;
  EXPECT_LT(took, std::chrono::seconds(2));
  RecordProperty(
      "revoked_to_refused_ms",
      std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
  EXPECT_TRUE(cluster.coordinator().WaitForOutput("is gone: the certificate"));
  // With a new certificate in the same files it comes back by itself.
  cluster.Issue("worker", "w1", cluster.authority());
  const int64_t step = cluster.Summary(job).step();
  cluster.WaitForStep(job, step + 3);
  const Finished audit = cluster.Paceline("admin", "root", {"audit"});
  EXPECT_THAT(audit.out, HasSubstr("root (admin) AccessService/RevokeCertificate"));
  const Finished verified = RunProgram("paceline", {"audit", "--verify", "--data", cluster.data()});
  EXPECT_EQ(verified.status, 0) << verified.err;
  EXPECT_THAT(verified.out, HasSubstr("are whole"));
}

TEST(AccessTest, TokensAreIssuedInTheDataFolderWhileTheCoordinatorRuns) {
  GuardedCluster cluster({"--max-jobs-per-user", "1"});
  const std::string token = cluster.Path("alice.token");
  const auto issue = [&](const std::string& path) {
    return RunProgram("paceline", {"tokens", "issue", "alice", "--role", "submitter", "--jobs",
                                   "alice-", "--data", cluster.data(), "--out", path});
  };
  EXPECT_EQ(issue(token).status, 0);
  EXPECT_NE(issue(token).status, 0) << "what is there is not written over";
  struct stat info {};
  ASSERT_EQ(stat(token.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  const auto ask = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--coordinator", cluster.address(), "--tls-ca",
                                       cluster.Path("ca.pem"), "--token-file", token});
    return RunProgram("paceline", arguments);
  };
  EXPECT_TRUE(WaitUntil([&] { return ask({"whoami"}).status == 0; }, std::chrono::seconds(5)));
  EXPECT_THAT(ask({"whoami"}).out, HasSubstr("alice (submitter), shown by token"));
  cluster.Write("mine.yaml", EndlessJob("alice-1"));
  cluster.Write("other.yaml", EndlessJob("bob-1"));
  EXPECT_EQ(ask({"submit", cluster.Path("mine.yaml")}).status, 0);
  EXPECT_THAT(ask({"submit", cluster.Path("other.yaml")}).err,
              HasSubstr("may submit and rule what is named alice-..."));
  cluster.Write("more.yaml", EndlessJob("alice-2"));
  EXPECT_THAT(ask({"submit", cluster.Path("more.yaml")}).err, HasSubstr("as many as one may have"));
  EXPECT_THAT(ask({"tokens", "list"}).err, HasSubstr("an admin may"));
  EXPECT_THAT(ask({"show", "alice-1", "--json"}).out, HasSubstr("\"submitter\": \"alice\""));
  const std::string id = ReadFile(token)->substr(3, 12);
  EXPECT_EQ(RunProgram("paceline", {"tokens", "revoke", id, "--data", cluster.data()}).status, 0);
  EXPECT_TRUE(WaitUntil([&] { return ask({"whoami"}).status != 0; }, std::chrono::seconds(2)));
  EXPECT_THAT(ask({"list"}).err, HasSubstr("is revoked"));
  // No secret in what the programs have said.
  EXPECT_EQ(cluster.coordinator().output().find(ReadFile(token)->substr(20, 20)),
            std::string::npos);
}

TEST(AccessTest, AuthoritiesAndCertificatesAreReplacedUnderLoadWithoutAFailedWindow) {
  const std::string& undisturbed = UndisturbedHash(kShortJob);
  GuardedCluster cluster;
  cluster.Issue("worker", "w1", cluster.authority());
  cluster.Issue("worker", "w2", cluster.authority());
  const auto first = cluster.StartWorker("w1");
  const std::string job = cluster.Submit(kShortJob);
  cluster.WaitForStep(job, 5);
  const Certificate next = MakeAuthority("the next authority");
  // Both authorities are trusted, then the new one signs, then the old one is dropped.
  cluster.Write("ca.pem", cluster.authority().cert + next.cert);
  cluster.WaitForStep(job, 10);
  cluster.Issue("coordinator", "c", next);
  cluster.Issue("worker", "w1", next);
  cluster.Issue("worker", "w2", next);
  cluster.Issue("admin", "root", next);
  EXPECT_TRUE(WaitUntil([&] { return cluster.Paceline("admin", "root", {"whoami"}).status == 0; }));
  const auto second = cluster.StartWorker("w2");
  EXPECT_TRUE(second->WaitForOutput("joined the coordinator")) << second->output();
  cluster.Write("ca.pem", next.cert);
  EXPECT_LT(cluster.Summary(job).step(), 500) << "the job was over too soon";
  EXPECT_TRUE(WaitUntil([&] { return cluster.Summary(job).state() == v1::JOB_STATE_SUCCEEDED; }));
  const Finished hash = cluster.Paceline("admin", "root", {"hash", job});
  EXPECT_THAT(hash.out, HasSubstr(undisturbed));
  const Finished shown = cluster.Paceline("admin", "root", {"show", job, "--json"});
  EXPECT_EQ(shown.out.find("is gone"), std::string::npos) << shown.out;
  EXPECT_EQ(first->output().find("connecting again"), std::string::npos) << first->output();
}

TEST(AccessTest, TheAuditLogSurvivesKillsAndSaysSo) {
  GuardedCluster cluster;
  cluster.Submit(EndlessJob("one"));
  cluster.coordinator().Signal(SIGKILL);
  cluster.coordinator().Wait();
  const auto whole = ReadFile(cluster.data() + "/audit.log");
  ASSERT_TRUE(whole.ok());
  // As if the machine had died within the last line.
  ASSERT_EQ(
      truncate((cluster.data() + "/audit.log").c_str(), static_cast<off_t>(whole->size() - 10)), 0);
  const Finished issued = RunProgram(
      "paceline", {"tokens", "issue", "v", "--role", "viewer", "--data", cluster.data()});
  EXPECT_EQ(issued.status, 0) << issued.err;
  const Finished audit = RunProgram("paceline", {"audit", "--data", cluster.data()});
  EXPECT_THAT(audit.out, HasSubstr("a crash had cut off"));
  EXPECT_EQ(RunProgram("paceline", {"audit", "--verify", "--data", cluster.data()}).status, 0);
}

}  // namespace
}  // namespace paceline
