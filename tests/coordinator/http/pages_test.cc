// What the pages of the API tell.
#include "common/config/config.h"
#include "common/http/http_text.h"
#include "coordinator/dashboard/files.h"
#include "coordinator/http/line_diff.h"
#include "gmock/gmock.h"
#include "tests/coordinator/http/site_fixture.h"

namespace paceline {
namespace {

using nlohmann::json;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class PagesTest : public SiteTest {};

TEST_F(PagesTest, TheFilesAreServedCompressedOrNotAndOnceOnly) {
  for (const EmbeddedFile& file : DashboardFiles()) {
    const std::string path(file.path);
    auto plain = Get(path);
    EXPECT_EQ(plain.status, 200) << path;
    EXPECT_EQ(plain.body.size(), file.bytes) << path;
    EXPECT_EQ(plain.headers["cache-control"], "no-cache");
    EXPECT_THAT(plain.headers["content-security-policy"], HasSubstr("script-src 'self'"));
    auto packed = Ask(address(), {.target = path, .headers = {"Accept-Encoding: gzip, br"}});
    EXPECT_EQ(packed.headers["content-encoding"], "gzip");
    EXPECT_EQ(packed.body, file.gzip) << path;
    auto again =
        Ask(address(), {.target = path, .headers = {"If-None-Match: " + std::string(file.etag)}});
    EXPECT_EQ(again.status, 304) << path;
    EXPECT_EQ(again.body, "");
  }
  EXPECT_THAT(Get("/").headers["content-type"], StartsWith("text/html"));
  EXPECT_THAT(Get("/app.js").headers["content-type"], StartsWith("text/javascript"));
  EXPECT_EQ(Get("/index.html").status, 404);
  EXPECT_EQ(Get("/healthz").status, 200);
}

TEST_F(PagesTest, AnEmptyCoordinatorTellsThatThereIsNothing) {
  const json cluster = GetJson("/api/v1/cluster");
  EXPECT_EQ(cluster["jobs"]["running"], 0);
  EXPECT_EQ(cluster["workers"], 0);
  EXPECT_GT(cluster["disk_free_bytes"], 0);
  EXPECT_EQ(GetJson("/api/v1/jobs"), (json{{"total", 0}, {"jobs", json::array()}}));
  EXPECT_EQ(GetJson("/api/v1/workers"), (json{{"total", 0}, {"workers", json::array()}}));
  EXPECT_EQ(GetJson("/api/v1/evaluations"), (json{{"evaluations", json::array()}}));
}

TEST_F(PagesTest, AJobIsToldInAllItsPages) {
  const auto worker = NewWorker();
  const std::string job = Submit(LongConfig("one"));
  WaitForStep(job, 20);
  const std::string page = "/api/v1/jobs/" + job;
  const json detail = GetJson(page);
  EXPECT_EQ(detail["summary"]["job"], job);
  EXPECT_EQ(detail["summary"]["state"], "running");
  EXPECT_GE(detail["summary"]["step"], 20);
  EXPECT_GT(detail["parameters"], 0);
  EXPECT_EQ(detail["tasks"].size(), 1u);
  EXPECT_TRUE(detail["summary"]["ended_ms"].is_null());
  const json series =
      GetJson(page + "/series?metrics=loss,gradient_norm,task:0&from=1&to=20&points=5");
  EXPECT_GE(series["last_step"], 20);
  EXPECT_EQ(series["bucket"], 4);
  EXPECT_EQ(series["series"]["loss"]["step"], (json{4, 8, 12, 16, 20}));
  for (const char* part : {"mean", "min", "max"}) {
    EXPECT_EQ(series["series"]["gradient_norm"][part].size(), 5u);
  }
  EXPECT_EQ(GetJson(page + "/staleness")["ages"], json::array());
  EXPECT_EQ(GetJson(page + "/held_out")["records"], json::array());
  EXPECT_GE(GetJson(page + "/events")["events"].size(), 1u);
  EXPECT_EQ(GetJson("/api/v1/workers")["workers"][0]["name"], "toy");
  EXPECT_TRUE(WaitUntil([this] { return GetJson("/api/v1/cluster")["jobs"]["running"] == 1; }));
}

TEST_F(PagesTest, JobsComeInTheOrderOfTheirTurnsAndByState) {
  const std::string admin = Token(v1::ROLE_ADMIN);
  const auto submit = [&](const std::string& name, int priority) {
    const HttpAnswer answer = Post("/api/v1/jobs?priority=" + std::to_string(priority), admin,
                                   PrintConfig(LongConfig(name)));
    EXPECT_EQ(answer.status, 200) << answer.body;
  };
  submit("first", 0);
  submit("second", 0);
  submit("urgent", 7);
  submit("last", -1);
  submit("gone", 0);
  EXPECT_EQ(Post("/api/v1/jobs/gone/cancel", admin).status, 200);
  const auto names = [&](const std::string& query) {
    std::vector<std::string> all;
    const json page = GetJson("/api/v1/jobs" + query);
    for (const json& job : page["jobs"]) all.push_back(job["job"]);
    return all;
  };
  EXPECT_THAT(names(""), ElementsAre("first", "urgent", "second", "last", "gone"));
  EXPECT_THAT(names("?state=queued&limit=1&offset=1"), ElementsAre("second"));
  EXPECT_THAT(names("?q=ast"), ElementsAre("last"));
  EXPECT_THAT(names("?state=cancelled"), ElementsAre("gone"));
  EXPECT_EQ(GetJson("/api/v1/jobs?limit=2")["total"], 5);
}

TEST_F(PagesTest, ConfigsAreShownComparedAndCheckedAndFaultsHaveTheirPlace) {
  const std::string admin = Token(v1::ROLE_ADMIN);
  v1::JobConfig config = LongConfig("one");
  const std::string yaml = PrintConfig(config);
  EXPECT_EQ(Post("/api/v1/jobs", admin, yaml).status, 200);
  config.set_name("two");
  config.mutable_outer()->set_steps(77);
  EXPECT_EQ(Post("/api/v1/jobs", admin, PrintConfig(config)).status, 200);
  EXPECT_EQ(GetJson("/api/v1/jobs/one/config")["yaml"], yaml);
  std::string changed;
  const json diff = GetJson("/api/v1/jobs/two/diff?with=one");
  for (const json& line : diff["lines"]) {
    if (line["kind"] != " ")
      changed += line["kind"].get<std::string>() + line["text"].get<std::string>() + "\n";
  }
  EXPECT_THAT(changed, HasSubstr("-name: one\n+name: two\n"));
  EXPECT_THAT(changed, HasSubstr("+  steps: 77\n"));

  const auto checked = Post("/api/v1/check", admin, "name: Bad Name\nouter:\n  stepz: 5\n");
  EXPECT_EQ(checked.status, 200);
  const json faults = json::parse(checked.body)["faults"];
  EXPECT_GE(faults.size(), 2u);
  EXPECT_TRUE(std::ranges::any_of(faults, [](const json& fault) {
    return fault["line"] == 3 && fault["column"] == 3;
  })) << faults;
  const auto refused = Post("/api/v1/jobs", admin, "name: Bad Name\n");
  EXPECT_EQ(refused.status, 400);
  EXPECT_FALSE(json::parse(refused.body)["faults"].empty());
  EXPECT_EQ(json::parse(Post("/api/v1/check", admin, yaml).body)["faults"], json::array());
}

TEST_F(PagesTest, AConfigFromABrowserNamesNoFiles) {
  const std::string admin = Token(v1::ROLE_ADMIN);
  for (const char* line :
       {"evaluate: {every: 10, suite: configs/suites/suite-watch.yaml}\n",
        "evaluate: {every: 10, suite: /etc/passwd}\n", "include: /etc/passwd\n"}) {
    const auto checked = Post("/api/v1/check", admin, PrintConfig(LongConfig("one")) + line);
    EXPECT_NE(json::parse(checked.body)["faults"], json::array()) << line;
    EXPECT_EQ(checked.body.find("root:"), std::string::npos);
  }
}

TEST_F(PagesTest, QuestionsThatMakeNoSenseAreAnsweredWithWhatWouldBeRight) {
  Submit(LongConfig("one"));
  const std::pair<const char*, const char*> kQuestions[] = {
      {"/api/v1/jobs?limit=0", "limit is a whole number from 1 to 1000"},
      {"/api/v1/jobs?limit=1e3", "limit is a whole number"},
      {"/api/v1/jobs?offset=-1", "offset is a whole number"},
      {"/api/v1/jobs?state=lost", "state is one of queued, running, paused"},
      {"/api/v1/workers?limit=99999999999999999999", "limit is a whole number"},
      {"/api/v1/jobs/one/series?metrics=speed", "there is no metric \\\"speed\\\""},
      {"/api/v1/jobs/one/series?metrics=task:1", "there is no metric"},
      {"/api/v1/jobs/one/series?points=0", "points is a whole number from 1 to 5000"},
      {"/api/v1/jobs/one/series?from=0", "from is a whole number"},
      {"/api/v1/jobs/one/series?to=x", "to is a whole number"},
      {"/api/v1/jobs/one/diff", "?with="},
      {"/api/v1/jobs/one/events?limit=5000", "limit is a whole number"}};
  for (const auto& [target, words] : kQuestions) {
    const HttpAnswer answer = Get(target);
    EXPECT_EQ(answer.status, 400) << target;
    EXPECT_THAT(answer.body, HasSubstr(words)) << target;
    EXPECT_THAT(answer.body, HasSubstr("\"code\":\"INVALID_ARGUMENT\""));
  }
  EXPECT_EQ(Get("/api/v1/jobs/one/diff?with=none").status, 404);
  EXPECT_EQ(Get("/api/v1/evaluations/none/report").status, 404);
}

TEST_F(PagesTest, NamesOfAnyKindAreOnlyNames) {
  for (const char* name : {"..", "%2e%2e", "%2e%2e%2fcoordinator.db", "<script>", "a%2Fb",
                           "%F0%9F%98%80", "%ff%fe", "%27%22%3b--", "one%20"}) {
    for (const char* page : {"", "/series", "/config", "/events", "/staleness", "/held_out"}) {
      const HttpAnswer answer = Get(std::string("/api/v1/jobs/") + name + page);
      EXPECT_EQ(answer.status, 404) << name << page;
      EXPECT_FALSE(json::parse(answer.body, nullptr, false).is_discarded()) << name;
    }
  }
  EXPECT_EQ(Get("/api/v1/jobs/a%00b").status, 400);
  EXPECT_EQ(Get("/api/v1/jobs/a%0ab").status, 400);
  EXPECT_EQ(Get("/api/v1/jobs//series").status, 404);
}

TEST_F(PagesTest, BeforeAndAfterTheCoordinatorIsThereItIsUnavailable) {
  site_->site().Detach();
  EXPECT_EQ(Get("/api/v1/jobs").status, 503);
  EXPECT_EQ(Get("/").status, 200);
  EXPECT_EQ(Get("/api/v1/session").status, 200);
  Attach();
  EXPECT_EQ(Get("/api/v1/jobs").status, 200);
}

TEST(LineDiffTest, LinesInCommonStay) {
  const auto text = [](std::string_view a, std::string_view b) {
    std::string all;
    for (const DiffLine& line : DiffOf(a, b)) all += line.kind + line.text + "|";
    return all;
  };
  EXPECT_EQ(text("a\nb\nc\n", "a\nb\nc\n"), " a| b| c|");
  EXPECT_EQ(text("a\nb\nc\n", "a\nx\nc\n"), " a|-b|+x| c|");
  EXPECT_EQ(text("", "a\nb\n"), "+a|+b|");
  EXPECT_EQ(text("a\nb\n", ""), "-a|-b|");
  EXPECT_EQ(text("1\na\nb\nc\nd\n2\n", "1\nb\nx\nd\ne\n2\n"), " 1|-a| b|-c|+x| d|+e| 2|");
}

}  // namespace
}  // namespace paceline
