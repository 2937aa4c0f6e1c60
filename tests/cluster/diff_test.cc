// `paceline diff` of real jobs.
#include <csignal>
#include <string>

#include "SQLiteCpp/SQLiteCpp.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/cluster/cluster.h"

namespace paceline {
namespace {

using nlohmann::json;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Its episodes get longer up to outer step 30.
constexpr char kJob[] = R"(
name: first
seed: 41
optimizer: {learnable_sgdm: {learning_rate: 0.01, momentum: 0.9}}
tasks:
  - quadratic: {dimension: 3, kind: target}
episode: {curriculum: {stages: [{step: 0, min: 10, max: 20}, {step: 30, min: 40, max: 50}]}}
estimator: {nres: {window: 5, sigma: 0.01}, particles: 8, block: 2}
outer: {steps: 60, optimizer: {adam: {learning_rate: 1.0e-2}}}
checkpoint_every: 20
)";

std::string Changed(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

class ClusterDiffTest : public ::testing::Test {
 protected:
  std::string Done(Cluster& cluster, const std::string& yaml) {
    const std::string job = cluster.Submit(yaml);
    EXPECT_EQ(cluster.WaitForEnd(job).state(), v1::JOB_STATE_SUCCEEDED);
    return job;
  }
  json Diff(Cluster& cluster, const std::string& a, const std::string& b, int status) {
    const Finished ended = cluster.Paceline({"diff", a, b, "--json"});
    EXPECT_EQ(ended.status, status) << ended.err;
    return json::parse(ended.out, nullptr, false);
  }
};

TEST_F(ClusterDiffTest, TheSameConfigTwiceIsEqualHereAndOnAnotherCoordinator) {
  Cluster here, there;
  here.StartWorker(2);
  there.StartWorker(1);
  there.StartWorker(1);
  const std::string first = Done(here, kJob);
  const std::string second =
      Done(here, Changed(kJob, "checkpoint_every: 20", "checkpoint_every: 7"));
  const std::string far = Done(there, kJob);
  const Finished twice = here.Paceline({"diff", first, second});
  EXPECT_EQ(twice.status, 0) << twice.err;
  EXPECT_THAT(twice.out,
              StartsWith(first + " and " + second + " are equal: the same answers and "));
  EXPECT_THAT(twice.out, HasSubstr("checkpoint_every: 20 | 7\n"));
  EXPECT_THAT(twice.out, EndsWith(": " + here.Hash(first) + "\n"));
  const Finished apart = here.Paceline({"diff", first, far, "--other", there.address()});
  EXPECT_EQ(apart.status, 0) << apart.err;
  EXPECT_THAT(apart.out, HasSubstr(" are equal: the same answers and theta in 60 outer steps"));
}

TEST_F(ClusterDiffTest, RunsThatPartAreToldWhereAndInWhat) {
  Cluster cluster;
  cluster.StartWorker(2);
  const std::string first = Done(cluster, kJob);
  const std::string seed = Done(cluster, Changed(kJob, "seed: 41", "seed: 42"));
  const std::string rate =
      Done(cluster, Changed(kJob, "learning_rate: 1.0e-2", "learning_rate: 1.0e-3"));
  const std::string later = Done(cluster, Changed(kJob, "{step: 30,", "{step: 40,"));

  const json other_seed = Diff(cluster, first, seed, 1);
  EXPECT_EQ(other_seed["config"][0]["path"], "seed");
  EXPECT_EQ(other_seed["answers"]["step"], 1);

  // The first answers are the same, and what the outer optimizer makes of them is not.
  const json other_rate = Diff(cluster, first, rate, 1);
  EXPECT_EQ(other_rate["theta"]["step"], 1);
  EXPECT_EQ(other_rate["answers"]["step"], 2);

  const json other_lengths = Diff(cluster, first, later, 1);
  const int64_t parts = other_lengths["answers"]["step"];
  EXPECT_GT(parts, 2) << "the first episodes have the same lengths";
  EXPECT_EQ(other_lengths["compared_steps"], parts - 1);
  EXPECT_EQ(other_lengths["theta"]["step"], parts);
  for (const auto& [step, same] : {std::pair{parts - 1, true}, std::pair{parts, false}}) {
    const std::vector<std::string> at = {"--step", std::to_string(step)};
    const std::string a = cluster.Paceline({"hash", first, at[0], at[1], "--json"}).out;
    const std::string b = cluster.Paceline({"hash", later, at[0], at[1], "--json"}).out;
    EXPECT_EQ(json::parse(a)["digest"] == json::parse(b)["digest"], same) << step;
  }
}

TEST_F(ClusterDiffTest, ScalarsThatWereTamperedWithAreRefusedByTheirOuterStep) {
  Cluster cluster;
  cluster.StartWorker(2);
  const std::string first = Done(cluster, kJob), second = Done(cluster, kJob);
  const std::string database = cluster.Show(second).folder() + "/../../coordinator.db";
  cluster.coordinator().Signal(SIGTERM);
  ASSERT_EQ(cluster.coordinator().Wait(), 0);
  {
    SQLite::Database db(database, SQLite::OPEN_READWRITE);
    // The second job's, of which another answer would make another θ.
    ASSERT_EQ(
        db.exec("UPDATE steps SET scalars = (SELECT scalars FROM steps WHERE step = 44 LIMIT 1) "
                "WHERE step = 33 AND job = (SELECT max(id) FROM jobs)"),
        1);
  }
  cluster.RestartCoordinator();
  const Finished ended = cluster.Paceline({"diff", first, second});
  EXPECT_EQ(ended.status, 1);
  EXPECT_EQ(ended.out, "");
  EXPECT_THAT(ended.err, HasSubstr("33"));
}

}  // namespace
}  // namespace paceline
