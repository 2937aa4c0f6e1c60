#include "worker/metrics/worker_routes.h"

#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "tests/testing/documented_metrics.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class WorkerRoutesTest : public ::testing::Test {
 protected:
  HttpReply Get(const std::string& path, const WorkerSources& sources) {
    HttpRoutes routes;
    AddWorkerRoutes({"paceline-worker", "1.2.3", "abc"}, sources, routes);
    return routes.at(path)({"GET", path});
  }
  WorkerSources Sources() {
    return {.agent = [this] { return agent_; },
            .link = [this] { return link_; },
            .device = "AMD EPYC, AVX2"};
  }

  AgentNumbers agent_{.windows = 7, .inner_steps = 70};
  LinkNumbers link_{.joined = true, .joins = 2, .heard_ago = 0.5};
};

TEST_F(WorkerRoutesTest, AllThatIsDocumentedIsToldAndNothingElse) {
  WorkerSources sources = Sources();
  sources.memory = [] { return DeviceMemory{.free_bytes = 5, .total_bytes = 9}; };
  const std::string text = Get("/metrics", sources).body;
  std::set<std::string> names = DocumentedMetrics("Of a worker");
  names.merge(DocumentedMetrics("Of both programs"));
  for (const std::string& name : names) EXPECT_THAT(text, HasSubstr("# TYPE " + name + " "));
  const auto lines = static_cast<size_t>(std::count(text.begin(), text.end(), '#')) / 2;
  EXPECT_EQ(lines, names.size()) << text;
  for (const char* line :
       {"\npaceline_worker_windows_total 7\n", "\npaceline_worker_inner_steps_total 70\n",
        "\npaceline_worker_joins_total 2\n", "\npaceline_worker_ready 1\n",
        "\npaceline_worker_device_info{device=\"AMD EPYC, AVX2\"} 1\n",
        "\npaceline_worker_device_memory_free_bytes 5\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST_F(WorkerRoutesTest, AProcessorHasNoMemoryOfItsOwn) {
  EXPECT_THAT(Get("/metrics", Sources()).body, Not(HasSubstr("paceline_worker_device_memory")));
}

TEST_F(WorkerRoutesTest, ADeviceThatDoesNotAnswerIsToldToProbes) {
  WorkerSources sources = Sources();
  EXPECT_EQ(Get("/healthz", sources).body, "{\"status\":\"ok\"}\n");
  EXPECT_EQ(Get("/readyz", sources).body, "{\"status\":\"ready\"}\n");
  sources.memory = [] { return absl::InternalError("cudaMemGetInfo: it is gone"); };
  for (const char* path : {"/healthz", "/readyz"}) {
    const HttpReply reply = Get(path, sources);
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(nlohmann::json::parse(reply.body)["reason"],
              "the device does not answer: cudaMemGetInfo: it is gone");
  }
  EXPECT_THAT(Get("/metrics", sources).body, HasSubstr("paceline_worker_healthy 0\n"));
}

TEST_F(WorkerRoutesTest, AWorkerWithoutItsCoordinatorIsHealthyAndNotReady) {
  link_ = {.trouble = "127.0.0.1:1 cannot be reached"};
  EXPECT_EQ(Get("/healthz", Sources()).status, 200);
  const HttpReply reply = Get("/readyz", Sources());
  EXPECT_EQ(reply.status, 503);
  EXPECT_THAT(reply.body, HasSubstr("127.0.0.1:1 cannot be reached"));
  EXPECT_THAT(Get("/metrics", Sources()).body,
              Not(HasSubstr("paceline_worker_coordinator_silence_seconds")));
}

}  // namespace
}  // namespace paceline
