// Those who connect and say little take the service from nobody.
#include <fcntl.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <chrono>
#include <vector>

#include "common/rpc/first_words.h"
#include "common/rpc/socket.h"
#include "common/rpc/tls_probe.h"
#include "gtest/gtest.h"
#include "tests/cluster/guarded_cluster.h"

namespace paceline {
namespace {

using std::chrono::steady_clock;

constexpr int kSilent = 1500, kHalfHellos = 250, kHalfPrefaces = 150, kIdleTls = 100;

constexpr char kEndlessJob[] = R"(
name: endless
seed: 3
optimizer: {learnable_sgd: {learning_rate: 0.01}}
tasks: [{quadratic: {dimension: 10, kind: target}}]
episode: {constant: {steps: 40}}
estimator: {nres: {window: 10, sigma: 0.1}, particles: 16, block: 4}
outer: {steps: 1000000, optimizer: {adam: {learning_rate: 1.0e-3}}}
)";

// Connections that are kept open, and what is said on each at first.
class Crowd {
 public:
  explicit Crowd(const std::string& address) : address_(*ParseAddress(address)) {}
  ~Crowd() {
    for (SSL* ssl : tls_) SSL_free(ssl);
    SSL_CTX_free(context_);
  }

  void Add(int count, std::string_view words) {
    for (int i = 0; i < count; ++i) {
      auto socket = ConnectTo(address_);
      // A machine that is busy takes its time.
      for (int more = 10; !socket.ok() && more > 0; --more) socket = ConnectTo(address_);
      ASSERT_TRUE(socket.ok()) << socket.status() << " after " << sockets_.size();
      sockets_.emplace_back(*socket);
      if (!words.empty()) SendTo(*socket, words);
    }
  }
  // A whole handshake, and then `words`.
  void AddTls(int count, std::string_view words) {
    for (int i = 0; i < count; ++i) {
      Add(1, "");
      SSL* ssl = SSL_new(context_);
      tls_.push_back(ssl);
      SSL_set_fd(ssl, sockets_.back().get());
      fcntl(sockets_.back().get(), F_SETFL, 0);  // it waits for the other side
      ASSERT_EQ(SSL_connect(ssl), 1);
      if (!words.empty()) SSL_write(ssl, words.data(), static_cast<int>(words.size()));
    }
  }
  size_t size() const { return sockets_.size(); }

 private:
  const Address address_;
  SSL_CTX* context_ = [] {
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    constexpr unsigned char kAlpn[] = {2, 'h', '2'};
    SSL_CTX_set_alpn_protos(context, kAlpn, sizeof kAlpn);
    return context;
  }();
  std::vector<Descriptor> sockets_;
  std::vector<SSL*> tls_;
};

TEST(IdleConnectionsTest, TwoThousandAndSlowOnesLeaveTheServiceUsable) {
  ASSERT_GT(RaiseDescriptorLimit(), 4096);
  GuardedCluster cluster;
  cluster.Issue("worker", "w1", cluster.authority());
  const auto worker = cluster.StartWorker("w1");
  const std::string job = cluster.Submit(kEndlessJob);
  cluster.WaitForStep(job, 3);
  Crowd crowd(cluster.address());
  crowd.Add(kSilent, "");
  crowd.Add(kHalfHellos, TlsGreeting().substr(0, TlsGreeting().size() / 2));
  crowd.AddTls(kIdleTls, "");
  crowd.AddTls(kHalfPrefaces, "PRI * HTTP/2.0\r\n");
  EXPECT_EQ(crowd.size(), 2000u);
  const int64_t before = cluster.Summary(job).step();
  cluster.WaitForStep(job, before + 20);
  const auto begin = steady_clock::now();
  const Finished list = cluster.Paceline("admin", "root", {"list"});
  EXPECT_EQ(list.status, 0) << list.err;
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(5));
  EXPECT_EQ(worker->output().find("connecting again"), std::string::npos) << worker->output();
}

}  // namespace
}  // namespace paceline
