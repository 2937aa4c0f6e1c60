#include "coordinator/service/acceptor.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mutex>
#include <string>
#include <vector>

#include "common/base/file.h"
#include "common/rpc/client_hello.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/process.h"

namespace paceline {
namespace {

Descriptor Connect(int port) {
  Descriptor fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  return fd;
}

void Say(const Descriptor& fd, const std::string& text) {
  EXPECT_EQ(write(fd.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

std::string Greeting(const std::string& name) {
  return ReadFile("tests/fuzz/corpus/client_hello/" + name).value_or("");
}

// The other side has closed; waits for it.
bool IsShownOut(const Descriptor& fd) {
  char byte;
  return recv(fd.get(), &byte, 1, 0) <= 0;
}

class AcceptorTest : public ::testing::Test {
 protected:
  void Open(bool tls, int64_t limit = 1 << 20) {
    auto listeners = ListenOn({.host = "127.0.0.1", .port = 0});
    ASSERT_TRUE(listeners.ok()) << listeners.status();
    port_ = listeners->port;
    acceptor_ = std::make_unique<Acceptor>(
        Acceptor::Options{
            .listeners = std::move(listeners->sockets), .tls = tls, .descriptor_limit = limit},
        clock_, strangers_, [this](int, Descriptor connection) {
          std::lock_guard lock(mutex_);
          handed_on_.push_back(std::move(connection));
        });
  }
  size_t handed_on() {
    std::lock_guard lock(mutex_);
    return handed_on_.size();
  }

  FakeClock clock_;
  Strangers strangers_{clock_};
  int port_ = 0;
  std::mutex mutex_;
  std::vector<Descriptor> handed_on_;  // guarded by mutex_
  std::unique_ptr<Acceptor> acceptor_;
};

TEST_F(AcceptorTest, HandsOnWhatItLookedAtWithAllItsBytes) {
  Open(false);
  const Descriptor client = Connect(port_);
  Say(client, "PRI * HTTP/2.0");
  ASSERT_TRUE(WaitUntil([&] { return handed_on() == 1; }));
  char bytes[32];
  const ssize_t count = recv(handed_on_[0].get(), bytes, sizeof bytes, 0);
  EXPECT_EQ(std::string(bytes, std::max<ssize_t>(count, 0)), "PRI * HTTP/2.0");
}

TEST_F(AcceptorTest, CountsStrangersAndHandsThemOnToo) {
  Open(false);
  const Descriptor tls = Connect(port_), http = Connect(port_), other = Connect(port_);
  Say(tls, "\x16\x03\x01");
  Say(http, "GET / HTTP/1.0\r\n\r\n");
  Say(other, "hello");
  ASSERT_TRUE(WaitUntil([&] { return handed_on() == 3; }));
  EXPECT_EQ(strangers_.count(Trouble::kTlsToPlainPort), 1u);
  EXPECT_EQ(strangers_.count(Trouble::kHttp), 1u);
  EXPECT_EQ(strangers_.count(Trouble::kUnknownProtocol), 1u);
  EXPECT_EQ(strangers_.count(Trouble::kPlainToTlsPort), 0u);
}

TEST_F(AcceptorTest, WhoSaysNothingIsShownOutInTheEndAndKeepsNobodyWaiting) {
  Open(false);
  const Descriptor silent = Connect(port_);
  const Descriptor client = Connect(port_);
  Say(client, "PRI");
  ASSERT_TRUE(WaitUntil([&] { return handed_on() == 1; }));
  clock_.Advance(Acceptor::kSilence + std::chrono::seconds(1));
  EXPECT_TRUE(IsShownOut(silent));
}

TEST_F(AcceptorTest, WhoComesAndGoesIsNobody) {
  Open(false);
  for (int i = 0; i < 100; ++i) Connect(port_);
  const Descriptor client = Connect(port_);
  Say(client, "PRI");
  EXPECT_TRUE(WaitUntil([&] { return handed_on() == 1; }));
}

TEST_F(AcceptorTest, WaitsForAWholeTlsGreetingAndKeepsNobodyWaiting) {
  Open(true);
  const std::string hello = Greeting("tls13");
  const Descriptor slow = Connect(port_), quick = Connect(port_);
  Say(slow, hello.substr(0, 10));
  Say(quick, hello);
  ASSERT_TRUE(WaitUntil([&] { return handed_on() == 1; }));
  Say(slow, hello.substr(10));
  ASSERT_TRUE(WaitUntil([&] { return handed_on() == 2; }));
  for (const Descriptor& guest : handed_on_) {
    std::string bytes(hello.size(), '\0');
    EXPECT_EQ(recv(guest.get(), bytes.data(), bytes.size(), MSG_WAITALL),
              static_cast<ssize_t>(hello.size()));
    EXPECT_EQ(bytes, hello);
  }
}

TEST_F(AcceptorTest, TurnsAwayWhoOffersLessThanTls13) {
  Open(true);
  const Descriptor old = Connect(port_);
  Say(old, Greeting("tls12"));
  std::string alert(ProtocolVersionAlert().size(), '\0');
  EXPECT_EQ(recv(old.get(), alert.data(), alert.size(), MSG_WAITALL),
            static_cast<ssize_t>(alert.size()));
  EXPECT_EQ(alert, ProtocolVersionAlert());
  EXPECT_TRUE(IsShownOut(old));
  EXPECT_EQ(strangers_.count(Trouble::kOldTls), 1u);
  EXPECT_EQ(handed_on(), 0u);
}

TEST_F(AcceptorTest, AGreetingThatStopsHalfwayIsShownOut) {
  Open(true);
  const Descriptor gone = Connect(port_), silent = Connect(port_);
  Say(gone, Greeting("half"));
  Say(silent, Greeting("half"));
  shutdown(gone.get(), SHUT_WR);
  EXPECT_TRUE(IsShownOut(gone));
  clock_.Advance(Acceptor::kSilence + std::chrono::seconds(1));
  EXPECT_TRUE(IsShownOut(silent));
  EXPECT_EQ(handed_on(), 0u);
}

TEST_F(AcceptorTest, KeepsDescriptorsInReserveAndTurnsAwayWhoWouldNeedThem) {
  Descriptor probe(dup(0));
  // Descriptors up to about 30 more than are in use now may be connections.
  const int64_t limit = (probe.get() + 30) * 4 / 3;
  probe = Descriptor();
  Open(false, limit);
  std::vector<Descriptor> clients;
  for (int i = 0; i < 60; ++i) clients.push_back(Connect(port_));
  ASSERT_TRUE(WaitUntil([&] { return strangers_.count(Trouble::kNoDescriptors) > 0; }));
  EXPECT_TRUE(IsShownOut(clients.back()));
  clients.clear();
  ASSERT_TRUE(WaitUntil([&] {
    const Descriptor client = Connect(port_);
    Say(client, "PRI");
    return WaitUntil([&] { return handed_on() > 0; }, std::chrono::milliseconds(100));
  })) << "deaf";
}

TEST(ListenOn, APortThatIsTakenSaysSo) {
  const auto first = ListenOn({.host = "localhost", .port = 0});
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_GT(first->port, 0);
  const auto second = ListenOn({.host = "127.0.0.1", .port = first->port});
  EXPECT_THAT(std::string(second.status().message()), testing::HasSubstr("already"));
  const auto nowhere = ListenOn({.host = "203.0.113.1", .port = 0});
  EXPECT_THAT(std::string(nowhere.status().message()), testing::HasSubstr("not this machine's"));
}

}  // namespace
}  // namespace paceline
