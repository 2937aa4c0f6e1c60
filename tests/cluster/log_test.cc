// What real programs log as JSON.
#include <csignal>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/cluster/cluster.h"
#include "tests/cluster/jobs.h"

namespace paceline {
namespace {

using nlohmann::json;

std::vector<json> LinesOf(Process& program) {
  std::vector<json> lines;
  std::istringstream text(program.standard_error());
  for (std::string line; std::getline(text, line);) {
    const json parsed = json::parse(line, nullptr, /*allow_exceptions=*/false);
    EXPECT_TRUE(parsed.is_object()) << line;
    if (parsed.is_object()) lines.push_back(parsed);
  }
  return lines;
}

bool Mentions(const json& line, const std::string& text) {
  return line["message"].get<std::string>().find(text) != std::string::npos;
}

int CountWith(const std::vector<json>& lines, const char* key, const json& value) {
  int count = 0;
  for (const json& line : lines) count += line.value(key, json()) == value ? 1 : 0;
  return count;
}

class JsonLogTest : public ::testing::Test {
 protected:
  JsonLogTest() : cluster_({"--log-format", "json"}) {
    cluster_.StartWorker(1, {}, {"--log-format", "json"});
  }

  Cluster cluster_;
};

TEST_F(JsonLogTest, EveryLineParsesAndNamesItsJobItsStepAndItsWorker) {
  const std::string job = cluster_.Submit(kTinyJob);
  cluster_.WaitForEnd(job);
  cluster_.worker(0).Signal(SIGTERM);
  ASSERT_EQ(cluster_.worker(0).Wait(), 0);
  cluster_.coordinator().Signal(SIGTERM);
  ASSERT_EQ(cluster_.coordinator().Wait(), 0);

  const auto of_coordinator = LinesOf(cluster_.coordinator());
  for (const json& line : of_coordinator) {
    EXPECT_EQ(line["logger"], "coordinator");
    if (Mentions(line, "job " + job)) {
      EXPECT_EQ(line.value("job", ""), job) << line;
    }
    if (Mentions(line, "worker w0 ")) {
      EXPECT_EQ(line.value("worker", ""), "w0") << line;
    }
    if (Mentions(line, "outer step ")) {
      EXPECT_TRUE(line["step"].is_number_integer()) << line;
    }
  }
  EXPECT_GE(CountWith(of_coordinator, "job", job), 2);
  EXPECT_GE(CountWith(of_coordinator, "worker", "w0"), 2);
  const auto of_worker = LinesOf(cluster_.worker(0));
  EXPECT_GE(of_worker.size(), 3u);
  EXPECT_EQ(CountWith(of_worker, "worker", "w0"), static_cast<int>(of_worker.size()));
}

TEST(JsonLogRefusalTest, WhyAProgramDoesNotStartIsSuchALineToo) {
  const TemporaryFolder folder;
  const std::string file = folder.path() + "/none/spans";
  for (const auto& [program, arguments] :
       std::vector<std::pair<std::string, std::vector<std::string>>>{
           {"paceline-worker", {"--coordinator", "127.0.0.1:1"}},
           {"paceline-coordinator", {"--data", folder.path(), "--listen", "127.0.0.1:0"}}}) {
    std::vector<std::string> all = arguments;
    all.insert(all.end(), {"--log-format", "json", "--trace", file});
    Process refused(program, all);
    EXPECT_NE(refused.Wait(), 0);
    const auto lines = LinesOf(refused);
    ASSERT_FALSE(lines.empty());
    EXPECT_EQ(lines.back()["level"], "critical");
    EXPECT_TRUE(Mentions(lines.back(), file)) << lines.back();
  }
}

}  // namespace
}  // namespace paceline
