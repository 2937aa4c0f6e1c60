#include "tests/cluster/guarded_cluster.h"

#include <sys/stat.h>

#include <fstream>

#include "common/base/file.h"
#include "common/pki/certificate_facts.h"
#include "common/rpc/channel.h"
#include "gtest/gtest.h"

namespace paceline {

GuardedCluster::GuardedCluster(const std::vector<std::string>& coordinator_arguments) {
  Write("ca.pem", authority_.cert);
  Issue("coordinator", "c", authority_);
  Issue("admin", "root", authority_);
  std::vector<std::string> arguments = {"--data",        data(),
                                        "--listen",      "127.0.0.1:0",
                                        "--tls-ca",      Path("ca.pem"),
                                        "--tls-cert",    Path("coordinator-c.pem"),
                                        "--tls-key",     Path("coordinator-c.key"),
                                        "--allow-tokens"};
  arguments.insert(arguments.end(), coordinator_arguments.begin(), coordinator_arguments.end());
  coordinator_ = std::make_unique<Process>("paceline-coordinator", arguments);
  EXPECT_TRUE(coordinator_->WaitForOutput("ready on")) << coordinator_->output();
  address_ = ReadFile(data() + "/address").value_or("");
  if (!address_.empty()) address_.pop_back();
}

void GuardedCluster::Write(const std::string& name, const std::string& text) {
  const std::string path = Path(name);
  if (!std::ifstream(path)) std::ofstream(path) << "";
  EXPECT_EQ(chmod(path.c_str(), 0600), 0);
  EXPECT_TRUE(WriteFileAtomically(path, text).ok());
}

void GuardedCluster::Issue(const std::string& role, const std::string& name,
                           const Certificate& by) {
  const Certificate own = MakeIdentity(IdentityUri(role, name), by);
  Write(role + "-" + name + ".pem", own.cert);
  Write(role + "-" + name + ".key", own.key);
}

TlsFlags GuardedCluster::Tls(const std::string& role, const std::string& name) const {
  const std::string stem = Path(role + "-" + name);
  return {.ca = Path("ca.pem"), .cert = stem + ".pem", .key = stem + ".key"};
}

std::string GuardedCluster::SerialOf(const std::string& role, const std::string& name) const {
  return ReadCertificateFacts(*ReadFile(Tls(role, name).cert))->serial;
}

std::unique_ptr<Process> GuardedCluster::StartWorker(const std::string& name) {
  const TlsFlags tls = Tls("worker", name);
  return std::make_unique<Process>(
      "paceline-worker",
      std::vector<std::string>{"--coordinator", address_, "--name", name, "--threads", "1",
                               "--tls-ca", tls.ca, "--tls-cert", tls.cert, "--tls-key", tls.key});
}

Finished GuardedCluster::Paceline(const std::string& role, const std::string& name,
                                  std::vector<std::string> arguments) {
  const TlsFlags tls = Tls(role, name);
  arguments.insert(arguments.end(), {"--coordinator", address_, "--tls-ca", tls.ca, "--tls-cert",
                                     tls.cert, "--tls-key", tls.key});
  return RunProgram("paceline", arguments);
}

std::string GuardedCluster::Submit(const std::string& yaml) {
  Write("job.yaml", yaml);
  const Finished submitted = Paceline("admin", "root", {"submit", Path("job.yaml"), "--json"});
  EXPECT_EQ(submitted.status, 0) << submitted.err;
  const size_t at = submitted.out.find("\"job\":");
  const size_t begin = submitted.out.find('"', at + 6) + 1;
  return submitted.out.substr(begin, submitted.out.find('"', begin) - begin);
}

v1::JobSummary GuardedCluster::Summary(const std::string& job) {
  const auto channel = OpenChannel(address_, Tls("admin", "root"));
  EXPECT_TRUE(channel.ok()) << channel.status();
  grpc::ClientContext context;
  v1::ShowRequest request;
  request.set_job(job);
  v1::JobDetail detail;
  const grpc::Status status = v1::JobService::NewStub(*channel)->Show(&context, request, &detail);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return detail.summary();
}

int64_t GuardedCluster::WaitForStep(const std::string& job, int64_t step) {
  EXPECT_TRUE(WaitUntil([&] { return Summary(job).step() >= step; }));
  return Summary(job).step();
}

}  // namespace paceline
