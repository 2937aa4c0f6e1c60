// Requests that are damaged at random, of every page: whatever they are, the coordinator is there
// afterwards, and changed is nothing.
#include <sys/socket.h>

#include <random>

#include "coordinator/http/routes.h"
#include "gmock/gmock.h"
#include "tests/coordinator/http/site_fixture.h"

namespace paceline {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class HostileTest : public SiteTest {
 protected:
  // Nothing more will be said.
  Descriptor Say(const std::string& text) {
    Descriptor connection = Connect(address());
    paceline::Tell(connection, text);
    shutdown(connection.get(), SHUT_WR);
    return connection;
  }
  std::string RequestOf(const Route& route) {
    std::string target(route.path);
    if (const size_t at = target.find("NAME"); at != target.npos) target.replace(at, 4, "one");
    return QuestionText(
        {.method = std::string(route.method),
         .target = target + "?limit=5&metrics=loss&from=1&with=one",
         .headers = {"Cookie: paceline_session=0123456789abcdef",
                     "Authorization: Bearer pl_0123.abcdef", "X-Paceline-CSRF: 0123",
                     "Accept-Encoding: gzip", "Origin: http://localhost"},
         .body = route.method == "POST" ? "{\"priority\": 1}" : ""});
  }
  std::string Damaged(std::string text) {
    for (int i = static_cast<int>(random_() % 4); i >= 0; --i) {
      const size_t at = random_() % text.size();
      switch (random_() % 4) {
        case 0:
          text[at] = static_cast<char>(random_());
          break;
        case 1:
          text.insert(at, 1 + random_() % 8, static_cast<char>(random_()));
          break;
        case 2:
          text.erase(at, 1 + random_() % 16);
          break;
        default:
          text.insert(at, text.substr(random_() % text.size(), random_() % 64));
      }
      if (text.empty()) text = "\n";
    }
    return text;
  }

  std::mt19937 random_{20};
};

TEST_F(HostileTest, DamagedRequestsAreRefusedOrAnsweredAndChangeNothing) {
  Submit(LongConfig("one"));
  std::vector<std::pair<std::string, Descriptor>> said;
  for (const Route& route : Routes()) {
    if (route.path == "/api/v1/events") continue;  // whoever may listen is answered for ever
    const std::string request = RequestOf(route);
    for (int i = 0; i < 12; ++i) {
      const std::string damaged = Damaged(request);
      said.emplace_back(damaged, Say(damaged));
    }
    if (said.size() < 90 && &route != &Routes().back()) continue;
    // Some wait for more, and are ended together.
    for (const auto& [damaged, connection] : said) {
      const std::string answer = HearAll(connection);
      EXPECT_THAT(answer, AnyOf(IsEmpty(), StartsWith("HTTP/1."))) << damaged;
      EXPECT_THAT(answer, ::testing::Not(HasSubstr("HTTP/1.1 500"))) << damaged;
    }
    said.clear();
  }
  EXPECT_EQ(Get("/healthz").status, 200);
  EXPECT_EQ(Summary("one").state(), v1::JOB_STATE_RUNNING);
  EXPECT_EQ(GetJson("/api/v1/jobs")["total"], 1);
}

TEST_F(HostileTest, HeadersOfAnyLengthAndNumberAreBounded) {
  const Route& route = Routes()[3];
  for (const size_t bytes : {100, 1000, 10'000, 100'000, 1'000'000}) {
    for (const char* name : {"Cookie", "Authorization", "Host", "Origin", "X-Anything"}) {
      const std::string header = std::string(name) + ": " + std::string(bytes, 'a') + "\r\n";
      std::string request = RequestOf(route);
      request.insert(request.find("\r\n") + 2, header);
      const std::string answer = HearAll(Say(request));
      if (bytes < 32'000) continue;
      EXPECT_THAT(answer, ::testing::Not(HasSubstr(" 200 OK"))) << name;
    }
  }
  EXPECT_EQ(Get("/healthz").status, 200);
}

TEST_F(HostileTest, AThousandIdleConnectionsLeaveItUsable) {
  std::vector<Descriptor> idle;
  for (int i = 0; i < 500; ++i) {
    idle.push_back(Connect(address(), "127.0.0.2"));
    idle.push_back(Connect(address(), "127.0.0.3"));
    if (i % 2 == 0) paceline::Tell(idle.back(), "GET / HTTP/1.1\r\nX: ");
  }
  // Those that say nothing are ended after 5 s.
  idle.resize(500);
  EXPECT_TRUE(WaitUntil([this] { return Get("/healthz").status == 200; }));
  Submit(LongConfig("one"));
  EXPECT_EQ(Get("/api/v1/jobs/one").status, 200);
}

}  // namespace
}  // namespace paceline
