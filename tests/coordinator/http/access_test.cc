// Who may see and do what by HTTP.
#include <algorithm>

#include "common/config/config.h"
#include "coordinator/access/audit_log.h"
#include "coordinator/http/routes.h"
#include "gmock/gmock.h"
#include "tests/coordinator/http/site_fixture.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

class AccessTest : public SiteTest {
 protected:
  // The route with a name in the place of NAME.
  static std::string Target(const Route& route, const std::string& name) {
    std::string path(route.path);
    const size_t at = path.find("NAME");
    return at == std::string::npos ? path : path.replace(at, 4, name);
  }
  int StatusOf(const Route& route, const std::string& token, const std::string& name) {
    std::string body = route.path == "/api/v1/jobs" || route.path == "/api/v1/check" ? "a: b" : "";
    if (route.path == "/api/v1/jobs/NAME/priority") body = R"({"priority": 1})";
    HttpQuestion question{.method = std::string(route.method),
                          .target = Target(route, name),
                          .headers = Bearer(token),
                          .body = route.method == "POST" ? body : ""};
    // A stream goes on for ever.
    if (route.path == "/api/v1/events") question.method = "HEAD";
    const int status = Ask(address(), question).status;
    return status == 405 && question.method == "HEAD" ? 200 : status;
  }
};

// 401 and 403 where it may not be; anything else, faults of what is asked for among them, where it
// may.
TEST_F(AccessTest, EveryPageOfEachRoleIsOpenOrClosedAsTheTableSays) {
  StartSite(false);
  const std::string job = Submit(LongConfig("theirs"));
  const std::string nobody, viewer = Token(v1::ROLE_VIEWER), worker = Token(v1::ROLE_WORKER),
                            submitter = Token(v1::ROLE_SUBMITTER), admin = Token(v1::ROLE_ADMIN);
  for (const Route& route : Routes()) {
    SCOPED_TRACE(std::string(route.method) + " " + std::string(route.path));
    if (route.bare || route.path == "/api/v1/jobs/NAME/delete") continue;
    const bool changes = route.method == "POST" && route.path != "/api/v1/check";
    const bool of_a_job = route.path.find("NAME") != std::string::npos;
    EXPECT_EQ(StatusOf(route, nobody, job), 401);
    EXPECT_EQ(StatusOf(route, "pl_wrong", job), 401);
    EXPECT_EQ(StatusOf(route, worker, job), 403);
    const int viewed = StatusOf(route, viewer, job), submitted = StatusOf(route, submitter, job);
    const int ruled = StatusOf(route, admin, job);
    EXPECT_EQ(viewed == 403, changes) << viewed;
    EXPECT_EQ(submitted == 403, changes && of_a_job) << submitted;
    EXPECT_NE(ruled, 403);
    EXPECT_NE(ruled, 401);
    EXPECT_LT(ruled, 500);
  }
}

TEST_F(AccessTest, OnLoopbackReadingIsOpenAndChangingIsNot) {
  const std::string job = Submit(LongConfig("one"));
  for (const Route& route : Routes()) {
    if (route.bare) continue;
    EXPECT_EQ(StatusOf(route, "", job) == 401, route.method == "POST") << route.path;
  }
  EXPECT_EQ(Summary(job).state(), v1::JOB_STATE_RUNNING);
}

TEST_F(AccessTest, MetricsAreForWhoMayLookEvenWhileThereIsNoCoordinator) {
  EXPECT_EQ(Get("/metrics").body, "some_metric 1\n");
  StartSite(false);
  site_->site().Detach();
  const auto status_for = [&](const std::string& token) {
    const std::vector<std::string> headers =
        token.empty() ? std::vector<std::string>{} : Bearer(token);
    return Ask(address(), {.target = "/metrics", .headers = headers}).status;
  };
  EXPECT_EQ(status_for(""), 401);
  EXPECT_EQ(status_for("pl_wrong"), 401);
  EXPECT_EQ(status_for(Token(v1::ROLE_WORKER)), 403);
  EXPECT_EQ(status_for(Token(v1::ROLE_VIEWER)), 200);
}

TEST_F(AccessTest, OfOtherMethodsThereAreNone) {
  const std::string admin = Token(v1::ROLE_ADMIN), job = Submit(LongConfig("one"));
  for (const Route& route : Routes()) {
    for (const char* method : {"PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "JUNK"}) {
      const auto answer = Ask(
          address(), {.method = method, .target = Target(route, job), .headers = Bearer(admin)});
      EXPECT_EQ(answer.status, 405) << method << " " << route.path;
    }
    const bool has_both = route.path == "/api/v1/jobs";
    const std::string other = route.method == "GET" ? "POST" : "GET";
    const auto answer =
        Ask(address(), {.method = other, .target = Target(route, job), .headers = Bearer(admin)});
    EXPECT_EQ(answer.status == 405, !has_both) << other << " " << route.path;
  }
  EXPECT_EQ(Summary(job).state(), v1::JOB_STATE_RUNNING);
}

TEST_F(AccessTest, ASubmitterRulesItsOwnJobsAndNoOthers) {
  const std::string theirs = Submit(LongConfig("theirs"));
  const std::string alice = Token(v1::ROLE_SUBMITTER, "alice"),
                    bob = Token(v1::ROLE_SUBMITTER, "bob");
  const std::string yaml = PrintConfig(LongConfig("mine"));
  const HttpAnswer answer = Post("/api/v1/jobs?priority=3", alice, yaml);
  ASSERT_EQ(answer.status, 200) << answer.body;
  const std::string mine = nlohmann::json::parse(answer.body)["job"];
  EXPECT_EQ(GetJson("/api/v1/jobs/" + mine)["summary"]["submitter"], "alice");
  EXPECT_EQ(GetJson("/api/v1/jobs/" + mine)["summary"]["priority"], 3);
  EXPECT_EQ(Post("/api/v1/jobs/" + theirs + "/pause", alice).status, 403);
  EXPECT_EQ(Post("/api/v1/jobs/" + mine + "/cancel", bob).status, 403);
  EXPECT_EQ(Post("/api/v1/jobs/" + mine + "/priority", alice, R"({"priority": -5})").status, 200);
  EXPECT_EQ(Post("/api/v1/jobs/" + mine + "/cancel", alice).status, 200);
  EXPECT_EQ(Post("/api/v1/jobs/" + mine + "/delete", alice).status, 200);
  EXPECT_EQ(Get("/api/v1/jobs/" + mine).status, 404);
}

TEST_F(AccessTest, WhatIsDoneByHttpIsAudited) {
  const std::string job = Submit(LongConfig("one"));
  Post("/api/v1/jobs/" + job + "/pause", Token(v1::ROLE_ADMIN, "root"));
  Post("/api/v1/jobs/" + job + "/cancel", Token(v1::ROLE_VIEWER, "eve"));
  std::vector<std::string> entries;
  (void)ReadAudit(folder_.path(), 0, [&](const v1::AuditEntry& entry) {
    entries.push_back(entry.identity() + " " + entry.method() + " " + entry.subject());
    EXPECT_THAT(entry.peer(), HasSubstr("http 127.0.0.1:"));
    return true;
  });
  EXPECT_THAT(entries, ::testing::IsSupersetOf(
                           {"root JobService/Pause " + job, "eve JobService/Cancel " + job}));
}

class SessionTest : public AccessTest {
 protected:
  struct Shown {
    std::string cookie, csrf;
  };
  Shown LogIn(const std::string& token) {
    auto answer = Post("/api/v1/login", "", R"({"token": ")" + token + "\"}");
    EXPECT_EQ(answer.status, 200) << answer.body;
    const std::string set = answer.headers["set-cookie"];
    EXPECT_THAT(set, HasSubstr("; HttpOnly; SameSite=Strict; Path=/"));
    return {set.substr(0, set.find(';')), nlohmann::json::parse(answer.body)["csrf"]};
  }
  int Pause(const std::vector<std::string>& headers) {
    return Ask(address(),
               {.method = "POST", .target = "/api/v1/jobs/" + job_ + "/pause", .headers = headers})
        .status;
  }
  std::string job_;
};

TEST_F(SessionTest, ASessionActsWithItsSecretAndOnlyWithIt) {
  job_ = Submit(LongConfig("one"));
  const Shown shown = LogIn(Token(v1::ROLE_ADMIN)), other = LogIn(Token(v1::ROLE_ADMIN, "bob"));
  const std::string cookie = "Cookie: " + shown.cookie, csrf = "X-Paceline-CSRF: ";
  EXPECT_EQ(Pause({cookie}), 403);
  EXPECT_EQ(Pause({cookie, csrf}), 403);
  EXPECT_EQ(Pause({cookie, csrf + "x" + shown.csrf}), 403);
  EXPECT_EQ(Pause({cookie, csrf + other.csrf}), 403);
  EXPECT_EQ(Pause({csrf + shown.csrf}), 401);
  EXPECT_EQ(Pause({"Cookie: paceline_session=" + std::string(64, '0'), csrf + shown.csrf}), 401);
  EXPECT_EQ(Pause({cookie, csrf + shown.csrf, "Origin: http://evil.example"}), 403);
  EXPECT_EQ(Pause({cookie, csrf + shown.csrf, "Host: evil.example"}), 421);
  EXPECT_EQ(Summary(job_).state(), v1::JOB_STATE_RUNNING);
  EXPECT_EQ(Pause({"Host: localhost:1", cookie, csrf + shown.csrf, "Origin: http://localhost:1"}),
            200);
  EXPECT_EQ(Summary(job_).state(), v1::JOB_STATE_PAUSED);
}

TEST_F(SessionTest, ASessionTellsWhoItIsUntilItEnds) {
  const Shown shown = LogIn(Token(v1::ROLE_SUBMITTER, "alice", "a-"));
  const auto session = [&] {
    const auto answer =
        Ask(address(), {.target = "/api/v1/session", .headers = {"Cookie: x=1; " + shown.cookie}});
    return nlohmann::json::parse(answer.body);
  };
  EXPECT_EQ(session()["identity"]["name"], "alice");
  EXPECT_EQ(session()["identity"]["role"], "submitter");
  EXPECT_EQ(session()["identity"]["job_prefix"], "a-");
  EXPECT_EQ(session()["may"], (nlohmann::json{"view", "submit", "rule"}));
  EXPECT_EQ(session()["csrf"], shown.csrf);
  EXPECT_EQ(session()["version"], "1.2.3");
  const HttpAnswer out =
      Ask(address(),
          {.method = "POST", .target = "/api/v1/logout", .headers = {"Cookie: " + shown.cookie}});
  EXPECT_EQ(out.status, 200);
  EXPECT_TRUE(session()["identity"].is_null());
  EXPECT_EQ(session()["may"], (nlohmann::json{"view"}));
}

TEST_F(SessionTest, ARevokedTokenEndsItsSessionsAtOnce) {
  StartSite(false);
  const std::string token = Token(v1::ROLE_ADMIN);
  const Shown shown = LogIn(token);
  const auto list = [&] {
    return Ask(address(), {.target = "/api/v1/jobs", .headers = {"Cookie: " + shown.cookie}})
        .status;
  };
  EXPECT_EQ(list(), 200);
  ASSERT_TRUE(book_->Revoke(book_->Find(token)->id()).ok());
  EXPECT_EQ(list(), 401);
  EXPECT_EQ(Get("/api/v1/jobs", token).status, 401);
}

TEST_F(SessionTest, WrongTokensAreRefusedAndGuessingIsSlow) {
  int refused = 0, put_off = 0;
  for (const char* body : {"", "{}", "[]", "token", R"({"token": 5})", R"({"token": ""})",
                           R"({"token": "pl_nonsense"})"}) {
    const int status = Post("/api/v1/login", "", body).status;
    EXPECT_TRUE(status == 400 || status == 401) << body << ": " << status;
  }
  for (int i = 0; i < 20; ++i) {
    const int status = Post("/api/v1/login", "", R"({"token": "pl_x.y"})").status;
    refused += status == 401;
    put_off += status == 429;
  }
  EXPECT_EQ(refused + put_off, 20);
  EXPECT_GE(put_off, 10);
}

TEST_F(SessionTest, WithoutAGateNobodyMayAct) {
  job_ = Submit(LongConfig("one"));
  site_->site().Detach();
  auto site = SiteServer::Start({.where = "127.0.0.1:0"}, {}, Clock::Real());
  ASSERT_TRUE(site.ok());
  site_ = *std::move(site);
  Attach();
  EXPECT_EQ(Get("/api/v1/jobs").status, 200);
  EXPECT_EQ(Post("/api/v1/jobs/" + job_ + "/pause").status, 401);
  EXPECT_EQ(Post("/api/v1/jobs/" + job_ + "/pause", "pl_any").status, 401);
  EXPECT_EQ(Post("/api/v1/login", "", R"({"token": "x"})").status, 409);
}

}  // namespace
}  // namespace paceline
