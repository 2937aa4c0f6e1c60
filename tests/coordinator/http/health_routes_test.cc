#include "coordinator/http/health_routes.h"

#include <atomic>
#include <thread>

#include "common/base/descriptor.h"
#include "common/http/http_server.h"
#include "common/rpc/first_words.h"
#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "tests/testing/fake_clock.h"

namespace paceline {
namespace {

using ::testing::AnyOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class HttpServerTest : public ::testing::Test {
 protected:
  HttpServerTest() {
    HttpRoutes routes;
    AddHealthRoutes(board_, routes);
    routes["/count"] = [this](const HttpRequest&) {
      ++calls_;
      return HttpReply{.body = "counted\n"};
    };
    auto server = HttpServer::Start({.host = "127.0.0.1", .port = 0}, std::move(routes));
    EXPECT_TRUE(server.ok()) << server.status();
    if (server.ok()) server_ = *std::move(server);
  }

  // All that comes until the other side closes.
  std::string Say(const std::string& request) {
    const auto socket = ConnectTo(server_->address());
    EXPECT_TRUE(socket.ok()) << socket.status();
    if (!socket.ok()) return "";
    const Descriptor connection(*socket);
    SendTo(*socket, request);
    std::string all;
    for (auto words = ReceiveFrom(*socket); words.ok() && !words->empty();
         words = ReceiveFrom(*socket)) {
      all += *words;
    }
    return all;
  }
  std::string Ask(const std::string& line, const std::string& more = "") {
    return Say(line + " HTTP/1.1\r\nHost: x\r\n" + more + "\r\n");
  }
  static std::string Body(const std::string& answer) {
    const size_t at = answer.find("\r\n\r\n");
    return at == std::string::npos ? "" : answer.substr(at + 4);
  }

  FakeClock clock_;
  HealthBoard board_{clock_};
  std::atomic<int> calls_ = 0;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, HealthIsAStatusAndASmallJsonBody) {
  board_.Beat("", "");
  for (const char* path : {"/healthz", "/readyz"}) {
    const std::string answer = Ask(std::string("GET ") + path);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(answer, HasSubstr("Content-Type: application/json"));
    EXPECT_THAT(answer, HasSubstr("Cache-Control: no-store"));
  }
  EXPECT_EQ(Body(Ask("GET /healthz")), "{\"status\":\"ok\"}\n");
  EXPECT_EQ(Body(Ask("GET /readyz")), "{\"status\":\"ready\"}\n");
}

TEST_F(HttpServerTest, WhatIsWrongIsStatus503WithTheReason) {
  board_.Beat("waits for room on the disk: \"full\" \xff", "");
  const std::string answer = Ask("GET /healthz");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  const auto json = nlohmann::json::parse(Body(answer));
  EXPECT_EQ(json["status"], "unavailable");
  EXPECT_THAT(json["reason"], StartsWith("waits for room on the disk: \"full\""));
  EXPECT_THAT(Ask("GET /readyz"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, OnlyWhatIsThereIsReadAndNothingElse) {
  EXPECT_THAT(Ask("GET /count"), EndsWith("counted\n"));
  EXPECT_THAT(Ask("GET /count?x=1"), EndsWith("counted\n"));
  const std::string head = Ask("HEAD /count");
  EXPECT_THAT(head, StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(Body(head), "");
  EXPECT_EQ(calls_, 3);
  for (const char* line : {"GET /", "GET /count/", "GET /../etc/passwd", "GET /metrics"}) {
    const std::string answer = Ask(line);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 404 ")) << line;
    EXPECT_THAT(answer, HasSubstr("/healthz, /readyz"));
  }
  for (const char* line : {"POST /count", "PUT /count", "DELETE /count", "OPTIONS /count"}) {
    const std::string answer = Ask(line);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 405 ")) << line;
    EXPECT_THAT(answer, HasSubstr("Allow: GET, HEAD"));
  }
  EXPECT_EQ(calls_, 3);
}

TEST_F(HttpServerTest, ABodyIsNotReadAndHeadersHaveABound) {
  const std::string huge = "Content-Length: 1000000000\r\n";
  EXPECT_THAT(Ask("POST /count", huge), StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(Ask("GET /count", huge),
              AnyOf(StartsWith("HTTP/1.1 200 "), StartsWith("HTTP/1.1 4")));
  const int before = calls_;
  std::string headers;
  while (headers.size() < 64 << 10) headers += "X-Filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n";
  EXPECT_THAT(Ask("GET /count", headers), Not(StartsWith("HTTP/1.1 200 ")));
  EXPECT_THAT(Ask("GET /" + std::string(64 << 10, 'a')), Not(StartsWith("HTTP/1.1 200 ")));
  EXPECT_THAT(Say("\x16\x03\x01\x02 no HTTP at all\r\n\r\n"), Not(HasSubstr(" 200 ")));
  EXPECT_EQ(calls_, before);
  EXPECT_THAT(Ask("GET /count"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, WhoSaysNothingHoldsNobodyUp) {
  std::vector<Descriptor> silent;
  for (int i = 0; i < 8; ++i) silent.emplace_back(ConnectTo(server_->address()).value_or(-1));
  EXPECT_THAT(Ask("GET /count"), EndsWith("counted\n"));
}

TEST_F(HttpServerTest, ManyAtOnceAreAllAnswered) {
  std::vector<std::jthread> askers;
  std::atomic<int> answered = 0;
  for (int i = 0; i < 8; ++i) {
    askers.emplace_back([&] {
      for (int k = 0; k < 50; ++k) answered += Ask("GET /count").ends_with("counted\n");
    });
  }
  askers.clear();
  EXPECT_EQ(answered, 400);
}

TEST_F(HttpServerTest, APortThatIsTakenIsRefused) {
  const auto second = HttpServer::Start(server_->address(), {});
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(second.status().message(), HasSubstr("another program listens there already"));
}

}  // namespace
}  // namespace paceline
