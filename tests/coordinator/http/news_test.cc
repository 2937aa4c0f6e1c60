// Server-sent events, and that readers of any kind leave the coordinator to its work.
#include <atomic>
#include <thread>

#include "gmock/gmock.h"
#include "tests/coordinator/http/site_fixture.h"

namespace paceline {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class NewsTest : public SiteTest {
 protected:
  Descriptor Listen(const std::string& from = "") {
    Descriptor reader = Connect(address(), from);
    paceline::Tell(reader, QuestionText({.target = "/api/v1/events"}));
    return reader;
  }
};

TEST_F(NewsTest, WhatChangesIsToldAsItHappens) {
  const std::string admin = Token(v1::ROLE_ADMIN);
  const Descriptor reader = Listen();
  EXPECT_THAT(HearUntil(reader, "\n\n"), AllOf(HasSubstr("text/event-stream"),
                                               HasSubstr("event: hello\ndata: {\"version\":")));
  const std::string job = Submit(LongConfig("one"));
  EXPECT_THAT(HearUntil(reader, "progress_of_best"), HasSubstr("event: job"));
  EXPECT_EQ(Post("/api/v1/jobs/one/cancel", admin).status, 200);
  EXPECT_THAT(HearUntil(reader, "\"state\":\"cancelled\""), HasSubstr("\"state\":\"cancelled\""));
  EXPECT_EQ(Post("/api/v1/jobs/one/delete", admin).status, 200);
  EXPECT_THAT(HearUntil(reader, "event: gone"), HasSubstr("event: gone\ndata: {\"job\":\"one\"}"));
}

TEST_F(NewsTest, WhoComesLateIsNotToldWhatItCanAsk) {
  for (int i = 0; i < 5; ++i) Submit(LongConfig("job-" + std::to_string(i)));
  ASSERT_TRUE(WaitUntil([this] { return GetJson("/api/v1/jobs")["total"] == 5; }));
  const Descriptor reader = Listen();
  HearUntil(reader, "event: hello");
  Submit(LongConfig("newest"));
  const std::string heard = HearUntil(reader, "\"newest\"");
  EXPECT_EQ(heard.find("\"job\":\"job-0\""), std::string::npos) << heard;
}

TEST_F(NewsTest, ReadersAreManyButBounded) {
  std::vector<Descriptor> readers;
  for (const char* from : {"127.0.0.2", "127.0.0.3"}) {
    for (int i = 0; i < 32; ++i) readers.push_back(Listen(from));
  }
  for (const Descriptor& reader : readers) HearUntil(reader, "event: hello");
  EXPECT_EQ(Get("/api/v1/events").status, 429);
  Submit(LongConfig("one"));
  for (const Descriptor& reader : readers) {
    EXPECT_THAT(HearUntil(reader, "event: job"), HasSubstr("event: job"));
  }
  readers.clear();
}

TEST_F(NewsTest, AReadersStreamEndsWithItsToken) {
  StartSite(false);
  const std::string token = Token(v1::ROLE_VIEWER);
  const Descriptor reader = Connect(address());
  paceline::Tell(reader, QuestionText({.target = "/api/v1/events", .headers = Bearer(token)}));
  HearUntil(reader, "event: hello");
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_TRUE(book_->Revoke(book_->Find(token)->id()).ok());
  HearAll(reader);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST_F(NewsTest, TheStreamEndsWithTheCoordinator) {
  const Descriptor reader = Listen();
  HearUntil(reader, "event: hello");
  site_->site().Detach();
  HearAll(reader);
  EXPECT_EQ(Get("/api/v1/events").status, 503);
}

TEST_F(NewsTest, NoRequestTakesTheServiceAwayFromWorkers) {
  const auto worker = NewWorker();
  const std::string job = Submit(LongConfig("one"));
  WaitForStep(job, 10);
  std::vector<Descriptor> held;
  for (int i = 0; i < 20; ++i) {
    held.push_back(Listen("127.0.0.4"));              // reads nothing
    held.push_back(Connect(address(), "127.0.0.5"));  // says nothing
  }
  std::atomic<bool> over = false;
  std::atomic<int> asked = 0;
  std::vector<std::jthread> askers;
  for (int i = 0; i < 4; ++i) {
    askers.emplace_back([&, i] {
      const std::string page = "/api/v1/jobs/" + job;
      const std::string targets[] = {page + "/series?metrics=loss,seconds",
                                     page,
                                     "/api/v1/jobs",
                                     page + "/staleness",
                                     "/api/v1/jobs/%",
                                     "/nothing"};
      for (int k = i; !over; ++k) asked += Get(targets[k % 6]).status > 0;
    });
  }
  const int64_t before = Summary(job).step();
  WaitForStep(job, before + 200);
  over = true;
  askers.clear();
  EXPECT_GT(asked, 0);
  EXPECT_EQ(Get("/healthz").status, 200);
}

}  // namespace
}  // namespace paceline
