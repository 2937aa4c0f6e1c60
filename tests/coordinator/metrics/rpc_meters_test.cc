#include "coordinator/metrics/rpc_meters.h"

#include "gmock/gmock.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(MethodLabelTest, NobodyMakesUpMethods) {
  for (const auto& [path, label] : std::vector<std::pair<std::string, std::string>>{
           {"/paceline.v1.JobService/List", "JobService/List"},
           {"/paceline.v1.WorkerService/Work", "WorkerService/Work"},
           {"/grpc.health.v1.Health/Check", "Health/Check"},
           {"/paceline.v1.JobService/Nonsense", "other"},
           {"/paceline.v1.JobService", "other"},
           {"/paceline.v1.JobService/List/", "other"},
           {"/paceline.v1.JobService.List", "other"},
           {"/grpc.health.v1.Health/Nonsense", "other"},
           {"/other.v1.JobService/List", "other"},
           {"paceline.v1.JobService/List", "other"},
           {"/", "other"},
           {"", "other"}}) {
    EXPECT_EQ(MethodLabel(path), label) << path;
  }
}

TEST(RpcMetersTest, CallsAreCountedByMethodAndByHowTheyEnd) {
  RpcMeters meters;
  for (int i = 0; i < 3; ++i) meters.Begin("JobService/List");
  meters.End("JobService/List", 0, 0.002);
  meters.End("JobService/List", 5, 0.2);
  meters.Begin("WorkerService/Work");
  meters.End("WorkerService/Work", 1, std::nullopt);
  Families families;
  meters.Tell(families);
  const std::string text = families.ToText();
  for (const char* line :
       {"paceline_rpcs_in_flight{method=\"JobService/List\"} 1\n",
        "paceline_rpcs_in_flight{method=\"WorkerService/Work\"} 0\n",
        "paceline_rpcs_total{method=\"JobService/List\",code=\"OK\"} 1\n",
        "paceline_rpcs_total{method=\"JobService/List\",code=\"NOT_FOUND\"} 1\n",
        "paceline_rpcs_total{method=\"WorkerService/Work\",code=\"CANCELLED\"} 1\n",
        "paceline_rpc_duration_seconds_count{method=\"JobService/List\"} 2\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(text, Not(HasSubstr("paceline_rpc_duration_seconds_count{method=\"Worker")));
}

}  // namespace
}  // namespace paceline
