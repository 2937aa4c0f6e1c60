#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "common/base/file.h"
#include "common/base/private_file.h"
#include "common/rpc/address.h"
#include "common/rpc/first_words.h"
#include "common/rpc/socket.h"
#include "tests/process/complaint.h"
#include "tests/testing/certificates.h"

namespace paceline {
namespace {

class CoordinatorProgramTest : public ::testing::Test {
 protected:
  std::string Data() const { return folder_.path() + "/data"; }
  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = folder_.path() + "/" + name;
    EXPECT_TRUE(WritePrivateFile(path, text).ok());
    return path;
  }
  std::vector<std::string> Arguments(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"--data", Data(), "--listen", "127.0.0.1:0"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  std::string Address() const {
    std::string address = ReadFile(Data() + "/address").value_or("");
    while (!address.empty() && address.back() == '\n') address.pop_back();
    return address;
  }
  Descriptor Connected() const {
    Descriptor fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(ParseAddress(Address())->port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd.get(), reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
    return fd;
  }
  static void Say(const Descriptor& fd, const std::string& text) {
    EXPECT_EQ(write(fd.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }

  TemporaryFolder folder_;
};

TEST_F(CoordinatorProgramTest, AWrongCommandLineIsUsage) {
  ExpectComplaint(RunProgram("paceline-coordinator", {}), 2, "--data", 2);
  ExpectComplaint(RunProgram("paceline-coordinator", Arguments({"--nonsense"})), 2, "--nonsense",
                  2);
  ExpectComplaint(RunProgram("paceline-coordinator", {"--data", Data(), "--listen", "here"}), 2,
                  "'here' is no address");
}

TEST_F(CoordinatorProgramTest, ProbesAreAnsweredWhereThatWasAskedFor) {
  ExpectComplaint(RunProgram("paceline-coordinator", Arguments({"--http", "here"})), 2,
                  "'here' is no address");
  Process silent("paceline-coordinator", Arguments({"--http", "none"}));
  ASSERT_TRUE(silent.WaitForOutput("ready on "));
  EXPECT_EQ(silent.output().find("http://"), std::string::npos);
  ExpectComplaint(RunProgram("paceline-coordinator", {"--data", Data() + "2", "--listen",
                                                      "127.0.0.1:0", "--http", "0.0.0.0:0"}),
                  3, "in the clear");
  ExpectComplaint(RunProgram("paceline-coordinator", {"--data", Data() + "2", "--listen",
                                                      "127.0.0.1:0", "--http", Address()}),
                  3, "another program listens there already");
  silent.Signal(SIGTERM);
  EXPECT_EQ(silent.Wait(), 0);

  Process coordinator("paceline-coordinator", Arguments({"--http", "127.0.0.1:0"}));
  ASSERT_TRUE(coordinator.WaitForOutput("ready on "));
  const std::string said = coordinator.standard_output(), words = "health at http://";
  const size_t begin = said.find(words) + words.size();
  const auto address = ParseAddress(said.substr(begin, said.find('/', begin) - begin));
  ASSERT_TRUE(address.ok()) << said;
  for (const char* path : {"/healthz", "/readyz"}) {
    const auto answer = FirstWords(*address, std::string("GET ") + path + " HTTP/1.0\r\n\r\n");
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->find("HTTP/1.1 200 OK"), 0u) << *answer;
  }
  coordinator.Signal(SIGTERM);
  EXPECT_EQ(coordinator.Wait(), 0);
}

TEST_F(CoordinatorProgramTest, TheDashboardIsThereByDefaultWhereverThereIsRoom) {
  Process first("paceline-coordinator", Arguments());
  ASSERT_TRUE(first.WaitForOutput("ready on "));
  Process second("paceline-coordinator", {"--data", Data() + "2", "--listen", "127.0.0.1:0"});
  ASSERT_TRUE(second.WaitForOutput("ready on "));
  for (const std::string& folder : {Data(), Data() + "2"}) {
    std::string url = *ReadFile(folder + "/http_address");
    const auto address = ParseAddress(url.substr(7, url.find('\n') - 7));
    ASSERT_TRUE(address.ok()) << url;
    const auto page =
        FirstWords(*address, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_EQ(page->find("HTTP/1.1 200 OK"), 0u) << *page;
  }
}

TEST_F(CoordinatorProgramTest, AListenerBeyondLoopbackWithoutTlsIsRefused) {
  for (const char* listen : {"0.0.0.0:0", "[::]:0"}) {
    ExpectComplaint(RunProgram("paceline-coordinator", {"--data", Data(), "--listen", listen}), 3,
                    "without TLS");
  }
}

TEST_F(CoordinatorProgramTest, InsecureOrTlsOpensAListenerBeyondLoopback) {
  const Certificate certificate = MakeCertificate("coordinator", MakeAuthority("ours"));
  const std::string cert = Write("cert.pem", certificate.cert);
  const std::string key = Write("key.pem", certificate.key);
  for (const std::vector<std::string>& more : std::vector<std::vector<std::string>>{
           {"--insecure"}, {"--tls-cert", cert, "--tls-key", key}}) {
    std::vector<std::string> arguments = {"--data", Data(), "--listen", "0.0.0.0:0"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Process coordinator("paceline-coordinator", arguments);
    EXPECT_TRUE(coordinator.WaitForOutput("ready on 0.0.0.0:"));
    coordinator.Signal(SIGTERM);
    EXPECT_EQ(coordinator.Wait(), 0);
  }
}

TEST_F(CoordinatorProgramTest, WhatItKeepsIsItsUsersAlone) {
  const mode_t before = umask(0);
  Process coordinator("paceline-coordinator", Arguments());
  umask(before);
  ASSERT_TRUE(coordinator.WaitForOutput("ready on"));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(Data())) {
    struct stat info {};
    ASSERT_EQ(stat(entry.path().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0077, 0u) << entry.path();
  }
  EXPECT_EQ(coordinator.output().find("other users"), std::string::npos);
}

TEST_F(CoordinatorProgramTest, AKeyThatOthersMayReadIsRefused) {
  const Certificate certificate = MakeCertificate("coordinator", MakeAuthority("ours"));
  const std::string cert = Write("cert.pem", certificate.cert);
  const std::string key = Write("key.pem", certificate.key);
  chmod(key.c_str(), 0644);
  ExpectComplaint(
      RunProgram("paceline-coordinator", Arguments({"--tls-cert", cert, "--tls-key", key})), 3,
      key +
          ": others may use it (mode 0644), and it holds a secret; make it this user's alone: "
          "chmod 600 " +
          key);
}

TEST_F(CoordinatorProgramTest, TwoCoordinatorsCannotShareADataFolder) {
  Process first("paceline-coordinator", Arguments());
  ASSERT_TRUE(first.WaitForOutput("ready on"));
  ExpectComplaint(RunProgram("paceline-coordinator", Arguments()), 3, Data());
}

TEST_F(CoordinatorProgramTest, TwoCoordinatorsCannotShareAPort) {
  Process first("paceline-coordinator", Arguments());
  ASSERT_TRUE(first.WaitForOutput("ready on"));
  std::string address = *ReadFile(Data() + "/address");
  address.pop_back();
  const Finished second = RunProgram("paceline-coordinator",
                                     {"--data", folder_.path() + "/other", "--listen", address});
  EXPECT_EQ(second.status, 3);
  EXPECT_THAT(second.err, ::testing::HasSubstr("cannot listen on " + address));
}

TEST_F(CoordinatorProgramTest, StrangersAreToldOfAndDisturbNobody) {
  Process coordinator("paceline-coordinator", Arguments());
  ASSERT_TRUE(coordinator.WaitForOutput("ready on"));
  const Descriptor http = Connected(), tls = Connected(), other = Connected();
  Say(http, "GET / HTTP/1.0\r\n\r\n");
  Say(tls, std::string("\x16\x03\x01\x00\x05hello", 10));
  Say(other, "hello, is anybody there?");
  EXPECT_TRUE(coordinator.WaitForOutput("speaks HTTP/1 to this port"));
  EXPECT_TRUE(coordinator.WaitForOutput("speaks TLS to this port, which has none"));
  EXPECT_TRUE(coordinator.WaitForOutput("is no program of Paceline's"));
  for (const char* command : {"list", "workers"}) {
    const Finished asked = RunProgram("paceline", {command, "--coordinator", Address()});
    EXPECT_EQ(asked.status, 0) << asked.err;
  }
}

TEST_F(CoordinatorProgramTest, PlaintextAtATlsPortAndAForeignCertificateAreToldOf) {
  const Certificate authority = MakeAuthority("ours");
  const Certificate certificate = MakeCertificate("coordinator", authority);
  Process coordinator("paceline-coordinator",
                      Arguments({"--tls-cert", Write("cert.pem", certificate.cert), "--tls-key",
                                 Write("key.pem", certificate.key)}));
  ASSERT_TRUE(coordinator.WaitForOutput("ready on"));
  const std::string ours = Write("ours.pem", authority.cert);
  const std::string theirs = Write("theirs.pem", MakeAuthority("theirs").cert);
  Process plain("paceline", {"list", "--coordinator", Address()});
  EXPECT_TRUE(coordinator.WaitForOutput("speaks without TLS to this port, which demands it"));
  Process foreign("paceline", {"list", "--coordinator", Address(), "--tls-ca", theirs});
  EXPECT_TRUE(coordinator.WaitForOutput("a TLS handshake failed"));
  const Finished right =
      RunProgram("paceline", {"list", "--coordinator", Address(), "--tls-ca", ours});
  EXPECT_THAT(right.err, ::testing::HasSubstr("neither a client certificate nor a token"));
}

TEST_F(CoordinatorProgramTest, ComesBackByItselfWhenItsFileDescriptorsRanOut) {
  Process coordinator("paceline-coordinator", Arguments());
  ASSERT_TRUE(coordinator.WaitForOutput("ready on"));
  // Lower than it knows, so that accept itself fails.
  const rlimit limit{.rlim_cur = 80, .rlim_max = 80};
  ASSERT_EQ(prlimit(coordinator.pid(), RLIMIT_NOFILE, &limit, nullptr), 0);
  {
    std::vector<Descriptor> crowd;
    for (int i = 0; i < 200; ++i) crowd.push_back(Connected());
    EXPECT_TRUE(coordinator.WaitForOutput("no file descriptors to spare"));
  }
  const Finished asked = RunProgram("paceline", {"list", "--coordinator", Address()});
  EXPECT_EQ(asked.status, 0) << asked.err;
  EXPECT_TRUE(coordinator.running());
}

TEST_F(CoordinatorProgramTest, ADamagedStoreIsNamedAndLeftAsItIs) {
  Process first("paceline-coordinator", Arguments());
  ASSERT_TRUE(first.WaitForOutput("ready on"));
  first.Signal(SIGTERM);
  ASSERT_EQ(first.Wait(), 0);
  const std::string damage(8192, 'x');
  Write("data/coordinator.db", damage);
  ExpectComplaint(RunProgram("paceline-coordinator", Arguments()), 3, "coordinator.db");
  EXPECT_EQ(*ReadFile(Data() + "/coordinator.db"), damage);
}

TEST_F(CoordinatorProgramTest, ADataFolderThatIsAFileIsNamed) {
  Write("data", "a file");
  ExpectComplaint(RunProgram("paceline-coordinator", Arguments()), 3, Data());
}

TEST_F(CoordinatorProgramTest, ItStopsOnSigtermAndStartsAgain) {
  for (int i = 0; i < 2; ++i) {
    Process coordinator("paceline-coordinator", Arguments());
    ASSERT_TRUE(coordinator.WaitForOutput("ready on"));
    coordinator.Signal(i == 0 ? SIGTERM : SIGINT);
    EXPECT_EQ(coordinator.Wait(), 0);
  }
}

}  // namespace
}  // namespace paceline
