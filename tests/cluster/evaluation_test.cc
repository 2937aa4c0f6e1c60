// An evaluation's result does not depend on who computed it, or on what happened on the way; and a
// job does not notice one that runs beside it.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "common/base/file.h"
#include "common/checkpoint/trained_optimizer.h"
#include "common/config/optimizer.h"
#include "common/evaluation/files.h"
#include "common/lopt/layout.h"
#include "common/suite/fingerprint.h"
#include "common/suite/suite.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/cluster/cluster.h"
#include "tests/cluster/jobs.h"
#include "worker/engine/fingerprint.h"
#include "worker/eval/local_evaluation.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Both the fused and the torch tier; about a second of work for two threads.
constexpr char kSuite[] = R"(
name: small
seed: 4
seeds: 6
horizons: [120]
baselines: [sgd, adam, rmsprop]
tuning: {transferred: true, rates: 6, seeds: 2}
tasks:
  - task: {quadratic: {dimension: 10, kind: spectrum, condition: 100}}
  - task: {image_mlp: {dataset: fashion_mnist, size: 8, hidden: [16], activation: relu, batch: 32}}
  - task: {image_mlp: {dataset: fashion_mnist, size: 8, hidden: [8], norm: layer, batch: 16}}
    horizons: [20]
)";

TrainedOptimizer Learned() {
  TrainedOptimizer trained;
  trained.optimizer = *ParseOptimizer("{adafac_mlp: {hidden: 4}}", "optimizer");
  trained.theta = InitialTheta(LayoutOf(trained.optimizer), 7);
  return trained;
}

// The same values under the name of a wider network.
std::string WithAnotherShape(std::string bytes) {
  const size_t at = bytes.find("hidden");
  const size_t digit = bytes.find('4', at);
  EXPECT_LT(digit, at + 16) << bytes.substr(at, 32);
  bytes[digit] = '8';
  return bytes;
}

// Computed by this process; once.
const std::string& LocalBytes() {
  static const std::string bytes = [] {
    const v1::Suite suite = ParseSuite(kSuite, "suite").suite;
    const TrainedOptimizer learned = Learned();
    const v1::Contestant contestant = LearnedContestant("mine", learned.optimizer, learned.theta);
    EvaluationPlan plan(suite, {contestant});
    DataStore data;
    LocalEvaluation how{.thetas = {{contestant.theta_digest(), learned.theta}}, .threads = 2};
    auto result = EvaluateHere(plan, data, how);
    EXPECT_TRUE(result.ok()) << result.status();
    result->set_engine_build(SuiteFingerprint(suite, EngineFingerprints(nullptr)));
    return EvaluationBytes(*result);
  }();
  return bytes;
}

class EvaluationTest : public ::testing::Test {
 protected:
  EvaluationTest() {
    std::ofstream(suite()) << kSuite;
    std::ofstream(optimizer()) << SerializeTrainedOptimizer(Learned());
  }
  std::string suite() const { return folder_.path() + "/suite.yaml"; }
  std::string optimizer() const { return folder_.path() + "/mine.safetensors"; }
  std::string output() const { return folder_.path() + "/out"; }
  std::string Bytes() const { return ReadFile(output() + "/evaluation.binpb").value_or("none"); }

  std::string Submit() {
    const Finished done =
        cluster_.Paceline({"evaluate", suite(), "--optimizer", optimizer(), "--detach"});
    EXPECT_EQ(done.status, 0) << done.err;
    return "small";
  }
  nlohmann::json Show(const std::string& name) {
    const Finished shown = cluster_.Paceline({"evaluations", name, "--json"});
    EXPECT_EQ(shown.status, 0) << shown.err;
    return nlohmann::json::parse(shown.out, nullptr, false);
  }
  void WaitForUnits(const std::string& name, uint64_t units) {
    EXPECT_TRUE(WaitUntil([&] { return Show(name)["units_done"] >= units; }));
    EXPECT_EQ(Show(name)["state"], "running") << "the disturbance came too late";
  }
  void ExpectLocalBytes(const std::string& name) {
    const Finished done = cluster_.Paceline({"evaluations", name, "--follow", "-o", output()});
    EXPECT_EQ(done.status, 0) << done.err << cluster_.coordinator().output();
    EXPECT_TRUE(Bytes() == LocalBytes());
  }

  TemporaryFolder folder_;
  Cluster cluster_;
};

TEST_F(EvaluationTest, OneTwoAndThreeWorkersComputeWhatThisProcessDoes) {
  for (size_t workers = 1; workers <= 3; ++workers) {
    Cluster cluster;
    for (size_t i = 0; i < workers; ++i) cluster.StartWorker();
    const Finished done = cluster.Paceline(
        {"evaluate", suite(), "--optimizer", optimizer(), "--output", output(), "--json"});
    EXPECT_EQ(done.status, 0) << done.err;
    EXPECT_EQ(nlohmann::json::parse(done.out, nullptr, false)["state"], "succeeded") << done.out;
    EXPECT_TRUE(Bytes() == LocalBytes()) << workers;
    std::filesystem::remove_all(output());
  }
}

TEST_F(EvaluationTest, KillsOfAnythingChangeNeitherTheEvaluationNorTheJobBesideIt) {
  std::string undisturbed;
  {
    Cluster alone;
    alone.StartWorker();
    const std::string job = alone.Submit(kPesJob);
    alone.WaitForEnd(job);
    undisturbed = alone.Hash(job);
  }
  const size_t victim = cluster_.StartWorker(2);
  cluster_.StartWorker(1);
  ASSERT_TRUE(cluster_.WaitForWorkers(2));
  const std::string job = cluster_.Submit(kPesJob);
  const std::string name = Submit();
  WaitForUnits(name, 3);
  cluster_.worker(victim).Signal(SIGKILL);
  cluster_.StartWorker(1);
  WaitForUnits(name, 8);
  cluster_.coordinator().Signal(SIGKILL);
  ASSERT_EQ(cluster_.coordinator().Wait(), 128 + SIGKILL);
  cluster_.RestartCoordinator();
  EXPECT_GE(Show(name)["units_done"], 8u);
  ExpectLocalBytes(name);
  cluster_.WaitForEnd(job);
  EXPECT_EQ(cluster_.Hash(job), undisturbed);
}

TEST_F(EvaluationTest, AWorkerThatIsToldToLeaveHandsItsUnitsBack) {
  const size_t leaver = cluster_.StartWorker(2);
  const std::string name = Submit();
  WaitForUnits(name, 3);
  cluster_.worker(leaver).Signal(SIGTERM);
  EXPECT_EQ(cluster_.worker(leaver).Wait(), 0);
  EXPECT_THAT(cluster_.worker(leaver).output(), Not(HasSubstr("error")));
  cluster_.StartWorker(2);
  ExpectLocalBytes(name);
}

// What `logs` tells of the measurements: by outer step, without time.
std::map<int64_t, nlohmann::json> Measured(Cluster& cluster, const std::string& job) {
  std::map<int64_t, nlohmann::json> measured;
  std::istringstream lines(cluster.Paceline({"logs", job, "--json"}).out);
  for (std::string line; std::getline(lines, line);) {
    nlohmann::json entry = nlohmann::json::parse(line, nullptr, false);
    if (!entry.contains("held_out")) continue;
    entry["held_out"].erase("unix_ms");
    measured[entry["held_out"]["step"]] = entry["held_out"];
  }
  return measured;
}

TEST_F(EvaluationTest, AJobsMeasurementsAreTheSameWhateverIsKilled) {
  std::map<int64_t, nlohmann::json> undisturbed;
  std::string hash;
  {
    Cluster alone;
    alone.StartWorker(2);
    alone.WaitForEnd(alone.Submit(kWatchedJob));
    undisturbed = Measured(alone, "watched");
    hash = alone.Hash("watched");
  }
  EXPECT_EQ(undisturbed.size(), 4u);
  const size_t victim = cluster_.StartWorker(1);
  cluster_.StartWorker(1);
  const std::string job = cluster_.Submit(kWatchedJob);
  cluster_.WaitForStep(job, 65);
  cluster_.worker(victim).Signal(SIGKILL);
  cluster_.WaitForStep(job, 130);
  cluster_.coordinator().Signal(SIGKILL);
  cluster_.coordinator().Wait();
  cluster_.RestartCoordinator();
  EXPECT_EQ(cluster_.WaitForEnd(job).state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(cluster_.Hash(job), hash);
  EXPECT_EQ(Measured(cluster_, job), undisturbed);
}

TEST_F(EvaluationTest, TheBestThetaOfAJobIsExported) {
  cluster_.StartWorker(2);
  cluster_.WaitForEnd(cluster_.Submit(kPesJob));
  cluster_.WaitForEnd(cluster_.Submit(kWatchedJob));
  const std::string file = folder_.path() + "/best.safetensors";
  const Finished done = cluster_.Paceline({"export", "watched", "--best", "-o", file, "--json"});
  ASSERT_EQ(done.status, 0) << done.err;
  const v1::JobSummary summary = cluster_.Show("watched").summary();
  const int64_t best = summary.best_held_out().step();
  EXPECT_EQ(nlohmann::json::parse(done.out, nullptr, false)["step"], best);
  for (const auto& [step, record] : Measured(cluster_, "watched")) {
    EXPECT_LE(record["progress"], summary.best_held_out().progress()) << step;
  }
  const Finished shown = cluster_.Paceline({"show", "watched"});
  EXPECT_THAT(shown.out, HasSubstr("best         held-out progress"));
  const Finished none = cluster_.Paceline({"export", "pes", "--best"});
  EXPECT_EQ(none.status, 1);
  EXPECT_THAT(none.err, HasSubstr("its config has no evaluate"));
}

TEST_F(EvaluationTest, CtrlCStopsTheWatchingAlone) {
  Process follower("paceline", {"evaluate", suite(), "--optimizer", optimizer(), "--output",
                                output(), "--coordinator", cluster_.address()});
  ASSERT_TRUE(follower.WaitForOutput("waits for a worker"));
  follower.Signal(SIGINT);
  EXPECT_EQ(follower.Wait(), 130);
  EXPECT_THAT(follower.standard_error(), HasSubstr("paceline evaluations small --follow"));
  cluster_.StartWorker(2);
  ExpectLocalBytes("small");
}

TEST_F(EvaluationTest, BadSubmissionsGetOneClearErrorAndNothingIsLost) {
  const std::string bad = folder_.path() + "/bad";
  const auto complaint = [&](const std::string& what) {
    const Finished done = cluster_.Paceline({"evaluate", suite(), "--optimizer", what, "--detach"});
    EXPECT_NE(done.status, 0);
    EXPECT_EQ(done.out, "");
    return done.err;
  };
  std::string bytes = SerializeTrainedOptimizer(Learned());
  bytes[bytes.size() - 3] ^= 1;
  std::ofstream(bad + ".safetensors") << bytes;
  EXPECT_THAT(complaint(bad + ".safetensors"), HasSubstr("digest"));
  std::ofstream(bad + ".safetensors") << bytes.substr(0, 100);
  EXPECT_THAT(complaint(bad + ".safetensors"), HasSubstr("bad.safetensors"));
  EXPECT_THAT(complaint(bad + "-none.safetensors"), HasSubstr("none.safetensors"));
  std::ofstream(bad + ".safetensors") << WithAnotherShape(SerializeTrainedOptimizer(Learned()));
  EXPECT_THAT(complaint(bad + ".safetensors"), HasSubstr("[8] is expected"));
  std::ofstream(suite()) << kSuite << "bogus: 1\n";
  EXPECT_THAT(complaint(optimizer()), HasSubstr("bogus"));
  std::ofstream(suite()) << kSuite;
  const Finished unknown =
      cluster_.Paceline({"evaluate", suite(), "--set", "baselines=[adamm]", "--detach"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_THAT(unknown.err, HasSubstr("adamm"));
  EXPECT_EQ(cluster_.Paceline({"evaluations", "--json"}).out, "[]\n");
  EXPECT_TRUE(cluster_.coordinator().running());
}

}  // namespace
}  // namespace paceline
