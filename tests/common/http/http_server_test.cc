#include "common/http/http_server.h"

#include <openssl/ssl.h>

#include <atomic>
#include <latch>
#include <thread>

#include "gmock/gmock.h"
#include "tests/testing/certificates.h"
#include "tests/testing/http_client.h"

namespace paceline {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr size_t kBodyBytes = 1000;

class HttpHandlerTest : public ::testing::Test {
 protected:
  // Routes: /quick. Handler: /echo, /slow until let_go_ counts down, /stream, else 404.
  void Start(HttpOptions options = {}) {
    HttpRoutes routes;
    routes["/quick"] = [](const HttpRequest&) { return HttpReply{.body = "quick\n"}; };
    options.handler = [this](const HttpRequest& request) { return Handle(request); };
    options.most_body_bytes = [](const HttpRequest&) { return kBodyBytes; };
    auto server = HttpServer::Start({.host = "127.0.0.1", .port = 0}, routes, std::move(options));
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  HttpReply Handle(const HttpRequest& request) {
    ++calls_;
    if (request.path == "/slow") let_go_.wait();
    if (request.path == "/stream") return {.stream = stream_ = std::make_shared<HttpStream>(8192)};
    if (request.path != "/echo" && request.path != "/slow") return {.status = 404};
    return {.body = request.method + " " + request.parameter("q") + " " + request.body};
  }
  HttpAnswer Get(const std::string& target, const std::vector<std::string>& headers = {}) {
    return Ask(server_->address(), {.target = target, .headers = headers});
  }
  HttpAnswer Post(const std::string& body, const std::vector<std::string>& headers = {}) {
    return Ask(server_->address(),
               {.method = "POST", .target = "/echo", .headers = headers, .body = body});
  }

  std::atomic<int> calls_ = 0;
  std::latch let_go_{1};
  std::shared_ptr<HttpStream> stream_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpHandlerTest, RequestsReachTheHandlerDecodedAndWithTheirBody) {
  Start();
  EXPECT_EQ(Get("/echo?q=a%20b").body, "GET a b ");
  EXPECT_EQ(Post("hello").body, "POST  hello");
  EXPECT_EQ(Post(std::string(kBodyBytes, 'x')).status, 200);
  EXPECT_EQ(Ask(server_->address(), {.method = "HEAD", .target = "/echo"}).body, "");
  EXPECT_EQ(Get("/nowhere").status, 404);
}

TEST_F(HttpHandlerTest, EveryAnswerForbidsWhatAPageNeedNotDo) {
  Start();
  for (const char* target : {"/quick", "/echo", "/nowhere", "/%00"}) {
    auto headers = Get(target).headers;
    EXPECT_THAT(headers["content-security-policy"], HasSubstr("default-src 'none'")) << target;
    EXPECT_EQ(headers["x-content-type-options"], "nosniff") << target;
    EXPECT_EQ(headers["x-frame-options"], "DENY") << target;
    EXPECT_EQ(headers["referrer-policy"], "no-referrer") << target;
    EXPECT_EQ(headers["cache-control"], "no-store") << target;
  }
}

TEST_F(HttpHandlerTest, OtherMethodsAreRefusedWithThoseThatThereAre) {
  Start();
  for (const char* method : {"PUT", "DELETE", "OPTIONS", "PATCH", "JUNK", "get"}) {
    auto answer = Ask(server_->address(), {.method = method, .target = "/echo"});
    EXPECT_EQ(answer.status, 405) << method;
    EXPECT_EQ(answer.headers["allow"], "GET, HEAD, POST") << method;
    EXPECT_EQ(Ask(server_->address(), {.method = method, .target = "/quick"}).status, 405);
  }
  EXPECT_EQ(calls_, 0);
}

TEST_F(HttpHandlerTest, AnotherHostsNameAndAnotherSitesPageAreTurnedAway) {
  Start({.host_names = {"board.example"}});
  EXPECT_EQ(Get("/echo", {"Host: evil.example"}).status, 421);
  EXPECT_EQ(Get("/quick", {"Host: evil.example"}).status, 200);
  EXPECT_EQ(Get("/echo", {"Host: board.example:7780"}).status, 200);
  EXPECT_EQ(Post("x", {"Origin: http://evil.example"}).status, 403);
  EXPECT_EQ(Post("x", {"Origin: null"}).status, 403);
  EXPECT_EQ(Post("x", {"Host: board.example", "Origin: http://board.example"}).status, 200);
  EXPECT_EQ(calls_, 2);
}

TEST_F(HttpHandlerTest, BodiesAndHeadersThatAreTooLongAreNotTaken) {
  Start();
  EXPECT_EQ(Post(std::string(kBodyBytes + 1, 'x')).status, 413);
  EXPECT_EQ(Ask(server_->address(), {.target = "/echo", .body = "x"}).status, 413);
  for (const char* length : {"-1", "99999999999999999999999", "1e3", "abc"}) {
    const auto answer = Post("", {std::string("Content-Length: ") + length});
    EXPECT_NE(answer.status, 200) << length;
  }
  EXPECT_NE(Get("/echo", {"X-Long: " + std::string(64 << 10, 'x')}).status, 200);
  EXPECT_NE(Get("/echo?q=" + std::string(5000, 'x')).status, 200);
  EXPECT_EQ(calls_, 0);

  const Descriptor chunks = Connect(server_->address());
  Tell(chunks, "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 3; ++i) Tell(chunks, "200\r\n" + std::string(512, 'x') + "\r\n");
  EXPECT_NE(ParseAnswer(HearAll(chunks)).status, 200);
  EXPECT_EQ(calls_, 0);
  EXPECT_EQ(Post("still there").status, 200);
}

TEST_F(HttpHandlerTest, WhoWaitsHoldsUpNoQuickAnswer) {
  Start({.connections = 256, .connections_of_one_host = 256});
  std::vector<Descriptor> waiting;
  for (int i = 0; i < 100; ++i) {
    waiting.push_back(Connect(server_->address()));
    Tell(waiting.back(), QuestionText({.target = "/slow"}));
  }
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Get("/quick").status, 200);
  let_go_.count_down();
  int answered = 0, put_off = 0;
  for (const Descriptor& connection : waiting) {
    const int status = ParseAnswer(HearAll(connection)).status;
    answered += status == 200;
    put_off += status == 503;
  }
  EXPECT_EQ(answered + put_off, 100);
  EXPECT_GE(answered, 64);
}

TEST_F(HttpHandlerTest, ASlowSenderIsEndedHoweverBusyItSeems) {
  Start({.request_patience = milliseconds(300)});
  const Descriptor slow = Connect(server_->address());
  Tell(slow, "GET /echo HTTP/1.1\r\nHost: localhost\r\n");
  std::atomic<bool> over = false;
  std::jthread drip([&] {
    while (!over) {
      Tell(slow, "X: y\r\n");
      std::this_thread::sleep_for(milliseconds(20));
    }
  });
  EXPECT_EQ(HearAll(slow), "");
  over = true;
  EXPECT_EQ(calls_, 0);
  EXPECT_EQ(Get("/echo").status, 200);
}

TEST_F(HttpHandlerTest, AStreamIsSentAsItIsWrittenAndEndsWithItsReader) {
  Start();
  Descriptor reader = Connect(server_->address());
  Tell(reader, QuestionText({.target = "/stream"}));
  HearUntil(reader, "\r\n\r\n");
  for (const char* word : {"one", "two", "three"}) {
    EXPECT_TRUE(stream_->Push(word));
    EXPECT_THAT(HearUntil(reader, word), HasSubstr(word));
  }
  reader.Close();
  for (int i = 0; i < 1000 && stream_->Push("more"); ++i) {
    std::this_thread::sleep_for(milliseconds(1));
  }
  EXPECT_TRUE(stream_->ended());
}

TEST_F(HttpHandlerTest, AStreamWhoseReaderStopsReadingEndsAndHoldsNobodyUp) {
  Start();
  const Descriptor reader = Connect(server_->address());
  Tell(reader, QuestionText({.target = "/stream"}));
  HearUntil(reader, "\r\n\r\n");
  int pushed = 0;
  while (stream_->Push(std::string(4096, 'x')) && pushed < 100'000) ++pushed;
  EXPECT_LT(pushed, 100'000);
  EXPECT_EQ(Get("/quick").status, 200);
}

TEST_F(HttpHandlerTest, TheServerEndsWithStreamsAndRequestsUnderWay) {
  Start();
  std::vector<Descriptor> readers;
  for (int i = 0; i < 3; ++i) {
    readers.push_back(Connect(server_->address()));
    Tell(readers.back(), QuestionText({.target = "/stream"}));
    HearUntil(readers.back(), "\r\n\r\n");
  }
  const Descriptor slow = Connect(server_->address());
  Tell(slow, QuestionText({.target = "/slow"}));
  std::jthread ends([this] { server_.reset(); });
  let_go_.count_down();
  for (const Descriptor& reader : readers) HearAll(reader);
  HearAll(slow);
  ends.join();
  EXPECT_TRUE(stream_->ended());
}

TEST_F(HttpHandlerTest, IdleConnectionsOfOneHostLeaveRoomForAnother) {
  Start({.connections = 40, .connections_of_one_host = 20});
  std::vector<Descriptor> idle;
  for (int i = 0; i < 200; ++i) idle.push_back(Connect(server_->address(), "127.0.0.2"));
  const Descriptor other = Connect(server_->address(), "127.0.0.3");
  Tell(other, QuestionText({.target = "/echo"}));
  EXPECT_EQ(ParseAnswer(HearAll(other)).status, 200);
}

// What is answered over TLS of at most that version; empty if there is none.
std::string AskByTls(const Address& server, int version) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  &SSL_CTX_free);
  SSL_CTX_set_max_proto_version(context.get(), version);
  const std::unique_ptr<SSL, decltype(&SSL_free)> session(SSL_new(context.get()), &SSL_free);
  const Descriptor connection = Connect(server);
  SSL_set_fd(session.get(), connection.get());
  const std::string question = QuestionText({.target = "/echo?q=secret"});
  if (SSL_connect(session.get()) != 1) return "";
  SSL_write(session.get(), question.data(), static_cast<int>(question.size()));
  std::string answer;
  char part[4096];
  for (int got = 0; (got = SSL_read(session.get(), part, sizeof(part))) > 0;) {
    answer.append(part, static_cast<size_t>(got));
  }
  return answer;
}

TEST_F(HttpHandlerTest, WithACertificateItSpeaksTheNewestTlsAlone) {
  const Certificate certificate = MakeCertificate("coordinator", MakeAuthority("ours"));
  Start({.certificate = certificate.cert, .key = certificate.key});
  EXPECT_THAT(server_->url(), HasSubstr("https://127.0.0.1:"));
  EXPECT_THAT(AskByTls(server_->address(), TLS1_3_VERSION), HasSubstr("GET secret"));
  EXPECT_EQ(AskByTls(server_->address(), TLS1_2_VERSION), "");
  EXPECT_EQ(Get("/echo").status, 0);
}

TEST_F(HttpHandlerTest, ACertificateIsRenewedWithoutARefusedConnection) {
  const Certificate authority = MakeAuthority("ours");
  const Certificate first = MakeCertificate("coordinator", authority);
  Start({.certificate = first.cert, .key = first.key});
  std::atomic<bool> over = false;
  std::atomic<int> asked = 0, answered = 0;
  std::jthread asker([&] {
    for (; !over; ++asked) {
      answered +=
          AskByTls(server_->address(), TLS1_3_VERSION).find("GET secret") != std::string::npos;
    }
  });
  EXPECT_FALSE(server_->Renew("no certificate", "no key").ok());
  for (int i = 0; i < 5; ++i) {
    const Certificate next = MakeCertificate("coordinator", authority);
    EXPECT_TRUE(server_->Renew(next.cert, next.key).ok());
    const int before = asked;
    while (asked < before + 3) std::this_thread::yield();
  }
  over = true;
  asker.join();
  EXPECT_EQ(answered, asked);
}

TEST_F(HttpHandlerTest, SeveralRequestsShareAConnection) {
  Start();
  const Descriptor connection = Connect(server_->address());
  for (int i = 0; i < 3; ++i) {
    Tell(connection, "GET /echo?q=" + std::to_string(i) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_THAT(HearUntil(connection, "GET " + std::to_string(i)), Not(::testing::IsEmpty()));
  }
}

}  // namespace
}  // namespace paceline
