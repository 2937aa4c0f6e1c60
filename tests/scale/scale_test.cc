// A thousand workers on the coordinator program, simulated in this process, each over a connection
// of its own; and a θ of VeLO's size sent to two hundred. What is timed is printed; a machine's
// speed fails no test.
#include <cstdio>
#include <set>

#include "common/rpc/channel.h"
#include "common/rpc/socket.h"
#include "coordinator/load/fleet.h"
#include "coordinator/load/measured.h"
#include "coordinator/load/toy_job.h"
#include "gtest/gtest.h"
#include "paceline/v1/worker.grpc.pb.h"
#include "tests/cluster/cluster.h"

namespace paceline {
namespace {

using std::chrono::milliseconds;

constexpr uint64_t kMiB = 1 << 20;
constexpr uint64_t kThetaBytes = 9281540;
// Of a θ of VeLO's size: by so many more memory may grow when many are sent it.
constexpr uint64_t kCopies = 4;
// Under a sanitizer all take longer, and memory is something else.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kWorkers = 100;
constexpr bool kMemoryCounts = false;
#else
constexpr int kWorkers = 1000;
constexpr bool kMemoryCounts = true;
#endif

class ScaleTest : public ::testing::Test {
 protected:
  struct Outcome {
    std::string hash;
    uint64_t peak_bytes = 0;
  };

  void SetUp() override { RaiseDescriptorLimit(); }

  // The job by that fleet, on a coordinator of its own.
  Outcome Run(const ToyJob& job, Fleet::Options options) {
    Cluster cluster;
    options.address = cluster.address();
    Fleet fleet(std::move(options));
    EXPECT_TRUE(fleet.WaitForWelcome(kPatience));
    const std::string name = cluster.Submit(YamlOf(job));
    const v1::JobSummary summary = cluster.WaitForEnd(name);
    EXPECT_EQ(summary.step(), job.steps);
    Tell(fleet, job, cluster.coordinator().pid());
    return {cluster.Hash(name), PeakResidentBytes(cluster.coordinator().pid())};
  }

 private:
  static void Tell(Fleet& fleet, const ToyJob& job, pid_t coordinator) {
    const Fleet::StepTimes times = fleet.step_times();
    const double seconds =
        std::chrono::duration<double>(times.rbegin()->second - times.begin()->second).count();
    const auto steps = static_cast<double>(times.size() - 1);
    const std::vector<double> answers = fleet.answer_seconds();
    std::printf(
        "%.0f results/s, %.1f ms an outer step, an answer %.1f ms (p99 %.1f ms), "
        "%.1f MiB of θ sent, %d streams ended; coordinator: %.1f MiB, %d threads\n",
        steps * job.particles / job.block / seconds, 1e3 * seconds / steps,
        1e3 * Quantile(answers, 0.5), 1e3 * Quantile(answers, 0.99),
        static_cast<double>(fleet.theta_bytes()) / kMiB, fleet.ended(),
        static_cast<double>(PeakResidentBytes(coordinator)) / kMiB, CountThreads(coordinator));
  }
};

TEST_F(ScaleTest, AThousandWorkersGiveTheThetaOfThree) {
  const ToyJob job{.particles = 4096, .block = 4, .steps = 15};
  const Outcome many = Run(job, {.workers = kWorkers, .ask_every = 20});
  if (kMemoryCounts) {
    EXPECT_LT(many.peak_bytes, 1024 * kMiB);
  }
  EXPECT_EQ(many.hash, Run(job, {.workers = 3}).hash);
}

// All are slow in their turn, so that most have θ on its way at any time; three are so slow that
// their blocks go to others.
milliseconds SlowInTurn(int worker) {
  return worker < 3 ? milliseconds(2500) : milliseconds(5 * worker);
}

// Two outer steps: θ_0 and θ_1 go to everybody.
TEST_F(ScaleTest, AThetaOfNineMegabytesGoesToTwoHundredInAFewCopies) {
  const ToyJob job{.particles = 200, .block = 1, .steps = 2, .large_theta = true};
  const Outcome one = Run(job, {.workers = 1});
  const Outcome many = Run(job, {.workers = 200, .pause = SlowInTurn});
  EXPECT_EQ(many.hash, one.hash);
  if (kMemoryCounts) {
    EXPECT_LT(many.peak_bytes, one.peak_bytes + kCopies * kThetaBytes);
  }
}

// By real workers.
TEST_F(ScaleTest, OuterStepsOfFourThousandParticlesAreTheSameOnThreeWorkers) {
  constexpr char kYaml[] = R"(
name: wide
seed: 29
optimizer: {adafac_mlp: {hidden: 4}}
tasks: [{quadratic: {dimension: 10, kind: target}}]
episode: {log_uniform: {min: 10, max: 40}}
estimator: {nres: {window: 5, sigma: 0.01}, particles: 4096, block: 8}
outer: {steps: 12, optimizer: {adam: {learning_rate: 1.0e-2}}}
)";
  Cluster cluster;
  for (int i = 0; i < 3; ++i) cluster.StartWorker();
  ASSERT_TRUE(cluster.WaitForWorkers(3));
  const std::string job = cluster.Submit(kYaml);
  const v1::JobSummary summary = cluster.WaitForEnd(job);
  std::printf("%.1f ms an outer step\n",
              static_cast<double>(summary.ended_unix_ms() - summary.started_unix_ms()) /
                  static_cast<double>(summary.steps()));
  EXPECT_EQ(cluster.Hash(job), UndisturbedHash(kYaml));
}

// Calls for versions that lie in files, none of which is taken: their readers are as slow as can
// be.
TEST_F(ScaleTest, VersionsThatAreFetchedAndNotTakenAreHeldWithinABound) {
  Cluster cluster;
  Fleet fleet({.address = cluster.address(), .workers = 1});
  const std::string name =
      cluster.Submit(YamlOf({.particles = 2, .block = 1, .steps = 1000, .large_theta = true}));
  cluster.WaitForStep(name, 12);
  ASSERT_EQ(cluster.Paceline({"pause", name}).status, 0);
  const pid_t coordinator = cluster.coordinator().pid();
  const uint64_t before = ResidentBytes(coordinator);

  const auto stub = v1::WorkerService::NewStub(*OpenChannel(cluster.address(), {}));
  v1::FetchThetaRequest request;
  request.set_job(name);
  request.set_last_step(5);
  struct Call {
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReader<v1::Theta>> stream;
  };
  std::vector<std::unique_ptr<Call>> calls;
  for (int i = 0; i < 60; ++i) {
    calls.push_back(std::make_unique<Call>());
    calls.back()->stream = stub->FetchTheta(&calls.back()->context, request);
  }
  const auto grown = [&](uint64_t bytes) { return ResidentBytes(coordinator) > before + bytes; };
  if (kMemoryCounts) {
    EXPECT_TRUE(WaitUntil([&] { return grown(3 * kThetaBytes); })) << "nothing is held";
    constexpr uint64_t kBound = (64 * kMiB) + (6 * kThetaBytes);
    EXPECT_FALSE(WaitUntil([&] { return grown(kBound); }, std::chrono::seconds(2)));
  }
  std::printf("coordinator: %.1f MiB, then %.1f MiB\n", static_cast<double>(before) / kMiB,
              static_cast<double>(ResidentBytes(coordinator)) / kMiB);
  for (const auto& call : calls) call->context.TryCancel();
  grpc::ClientContext context;
  const auto stream = stub->FetchTheta(&context, request);
  v1::Theta theta;
  for (int step = 0; step <= 5; ++step) {
    ASSERT_TRUE(stream->Read(&theta)) << "what the others held is not given back";
    EXPECT_EQ(theta.step(), step);
  }
}

}  // namespace
}  // namespace paceline
