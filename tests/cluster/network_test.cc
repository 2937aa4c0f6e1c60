// Networks that fail, between real programs in network namespaces: the coordinator's is this
// process's own, each worker has another one and a cable between the two. Whatever the network
// does, the job ends with the θ of an undisturbed one, and who is out of reach is noticed.
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cluster/cluster.h"
#include "tests/cluster/jobs.h"
#include "tests/testing/net_namespace.h"

namespace paceline {
namespace {

using std::chrono::steady_clock;

// What docs/guarantees.md promises of coordinator and workers, and as much again for a machine that
// is busy.
constexpr std::chrono::seconds kSilentWorker{10}, kSilentCoordinator{24};

constexpr char kLostConnection[] = "the connection to the coordinator at";
constexpr char kJoined[] = "joined the coordinator at";

size_t Count(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

double SecondsSince(steady_clock::time_point begin) {
  return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

class NetworkTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    // Before gRPC starts threads, which stay where they begin.
    const NetNamespace own = NetNamespace::New();
    has_network_ = own.valid() && own.Enter();
  }
  void SetUp() override {
    if (!has_network_) GTEST_SKIP() << "NO NETWORK NAMESPACES HERE: nothing is tested";
    UndisturbedHash(kNresJob);  // not beside what follows
    cluster_ = std::make_unique<Cluster>(std::vector<std::string>{"--insecure"}, "0.0.0.0");
  }
  void TearDown() override {
    if (!has_network_) return;
    cluster_.reset();
    here_.Shell("nft flush ruleset");
    for (size_t i = 0; i < places_.size(); ++i) here_.Shell(fmt::format("ip link del c{}", i));
  }

  // Cables from here to new places of so many workers.
  void Connect(size_t count) {
    for (size_t i = 0; i < count; ++i) ASSERT_NO_FATAL_FAILURE(ConnectOne(i));
  }
  // c<i> - w<i>
  void ConnectOne(size_t i) {
    places_.push_back(NetNamespace::New());
    ASSERT_TRUE(places_[i].valid());
    // One end is made in each, the other is moved by the number of a process that is there.
    places_[i].Run([&] {
      Process there("/bin/sleep", {"60"});
      here_.Shell(fmt::format(R"(ip link add c{0} type veth peer name w{0} netns {1}
ip addr add 10.77.{0}.1/24 dev c{0}
ip link set c{0} up)",
                              i, there.pid()));
    });
    places_[i].Shell(fmt::format("ip addr add 10.77.{0}.2/24 dev w{0}\nip link set w{0} up", i));
  }

  void StartWorkers(size_t count) {
    const std::string port = cluster_->address().substr(cluster_->address().rfind(':'));
    for (size_t i = 0; i < count; ++i) {
      places_[i].Run([&] {
        cluster_->StartWorkerFor(fmt::format("10.77.{}.1{}", i, port), 1, {}, {"--insecure"});
      });
    }
    ASSERT_TRUE(cluster_->WaitForWorkers(count));
  }

  // What packets meet where they arrive, at the worker's end of its cable and at this one.
  void Filter(size_t i, const std::string& at_worker, const std::string& here) {
    const auto table = fmt::runtime(R"(nft -f - <<'EOF'
table inet fault{0}
delete table inet fault{0}
table inet fault{0} {{
  chain in {{
    type filter hook input priority 0
    iifname "{1}{0}" {2}
  }}
}}
EOF)");
    ASSERT_TRUE(places_[i].Shell(fmt::format(table, i, "w", at_worker)));
    ASSERT_TRUE(here_.Shell(fmt::format(table, i, "c", here)));
  }
  void FilterAll(const std::string& rule) {
    for (size_t i = 0; i < places_.size(); ++i) ASSERT_NO_FATAL_FAILURE(Filter(i, rule, rule));
  }
  void Heal() { FilterAll(""); }

  size_t Said(size_t worker, const std::string& words) {
    return Count(cluster_->worker(worker).output(), words);
  }
  void ExpectUndisturbedEnd(const std::string& job, const char* yaml = kNresJob) {
    cluster_->WaitForEnd(job);
    EXPECT_EQ(cluster_->Hash(job), UndisturbedHash(yaml));
    EXPECT_THAT(cluster_->Show(job).events(),
                ::testing::Not(::testing::Contains(::testing::HasSubstr("quarantined"))));
  }

  static inline bool has_network_ = false;
  NetNamespace here_ = NetNamespace::Own();
  std::vector<NetNamespace> places_;
  std::unique_ptr<Cluster> cluster_;
};

// All workers at once, so that the job waits for the network and does not end meanwhile.
TEST_F(NetworkTest, BothSidesNoticeThatTheyDoNotHearEachOtherWhicheverWayIsLost) {
  ASSERT_NO_FATAL_FAILURE(Connect(3));
  ASSERT_NO_FATAL_FAILURE(StartWorkers(3));
  const std::string job = cluster_->Submit(kNresJob);
  cluster_->WaitForStep(job, 50);
  const steady_clock::time_point cut = steady_clock::now();
  ASSERT_NO_FATAL_FAILURE(Filter(0, "drop", "drop"));
  ASSERT_NO_FATAL_FAILURE(Filter(1, "", "drop"));
  ASSERT_NO_FATAL_FAILURE(Filter(2, "drop", ""));
  EXPECT_TRUE(cluster_->WaitForWorkers(0, kSilentWorker)) << cluster_->coordinator().output();
  std::printf("the coordinator noticed after %.1f s\n", SecondsSince(cut));
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(cluster_->worker(i).WaitForOutput(kLostConnection, kSilentCoordinator))
        << cluster_->worker(i).output();
    std::printf("worker %zu noticed after %.1f s at the latest\n", i, SecondsSince(cut));
  }
  ExpectUnfinished(*cluster_, job);
  const steady_clock::time_point healed = steady_clock::now();
  ASSERT_NO_FATAL_FAILURE(Heal());
  EXPECT_TRUE(cluster_->WaitForWorkers(3));
  std::printf("all are back %.1f s after it healed\n", SecondsSince(healed));
  ExpectUndisturbedEnd(job);
}

// Sooner than anybody notices.
TEST_F(NetworkTest, AShortPartitionHeals) {
  ASSERT_NO_FATAL_FAILURE(Connect(2));
  ASSERT_NO_FATAL_FAILURE(StartWorkers(2));
  const std::string job = cluster_->Submit(kNresJob);
  const int64_t reached = cluster_->WaitForStep(job, 50);
  ASSERT_NO_FATAL_FAILURE(FilterAll("drop"));
  WaitUntil([] { return false; }, std::chrono::milliseconds(1500));
  ASSERT_NO_FATAL_FAILURE(Heal());
  cluster_->WaitForStep(job, reached + 20);
  for (size_t i = 0; i < 2; ++i) EXPECT_EQ(Said(i, kLostConnection), 0u);
  ExpectUndisturbedEnd(job);
}

TEST_F(NetworkTest, OneWorkerThatIsCutOffDoesNotHoldTheJobUp) {
  ASSERT_NO_FATAL_FAILURE(Connect(2));
  ASSERT_NO_FATAL_FAILURE(StartWorkers(2));
  const std::string job = cluster_->Submit(kNresJob);
  const int64_t reached = cluster_->WaitForStep(job, 50);
  ASSERT_NO_FATAL_FAILURE(Filter(0, "drop", "drop"));
  cluster_->WaitForStep(job, reached + 50);
  ExpectUndisturbedEnd(job);
}

TEST_F(NetworkTest, NearlyAThirdOfAllPacketsIsLostForAWhile) {
  ASSERT_NO_FATAL_FAILURE(Connect(2));
  ASSERT_NO_FATAL_FAILURE(StartWorkers(2));
  const std::string job = cluster_->Submit(kNresJob);
  const int64_t reached = cluster_->WaitForStep(job, 50);
  const std::string loss = "numgen random mod 100 < 30 drop";
  ASSERT_NO_FATAL_FAILURE(FilterAll(loss));
  const steady_clock::time_point begin = steady_clock::now();
  const int64_t advanced = cluster_->WaitForStep(job, reached + 10);
  std::printf("%ld outer steps in %.1f s; connections lost: %zu, %zu\n", advanced - reached,
              SecondsSince(begin), Said(0, kLostConnection), Said(1, kLostConnection));
  ExpectUnfinished(*cluster_, job);
  ASSERT_NO_FATAL_FAILURE(Heal());
  ExpectUndisturbedEnd(job);
}

TEST_F(NetworkTest, ConnectionsAreResetAgainAndAgain) {
  ASSERT_NO_FATAL_FAILURE(Connect(2));
  ASSERT_NO_FATAL_FAILURE(StartWorkers(2));
  const std::string job = cluster_->Submit(kNresJob);
  cluster_->WaitForStep(job, 20);
  const std::string reset = "tcp flags & rst == 0 reject with tcp reset";
  for (size_t resets = 1; resets <= 8; ++resets) {
    ASSERT_NO_FATAL_FAILURE(FilterAll(reset));
    for (size_t i = 0; i < 2; ++i) {
      ASSERT_TRUE(WaitUntil([&] { return Said(i, kLostConnection) >= resets; }));
    }
    ASSERT_NO_FATAL_FAILURE(Heal());
    for (size_t i = 0; i < 2; ++i) {
      ASSERT_TRUE(WaitUntil([&] { return Said(i, kJoined) > resets; }));
    }
    cluster_->WaitForStep(job, 20 + static_cast<int64_t>(resets));
  }
  ExpectUndisturbedEnd(job);
}

// 57 kB of θ to each worker in every outer step: seven seconds, in which whatever else is said has
// to wait.
constexpr char kLargeThetaJob[] = R"(
name: large
seed: 19
optimizer: {adafac_mlp: {hidden: 100}}
tasks: [{quadratic: {dimension: 10, kind: target}}]
episode: {constant: {steps: 20}}
estimator: {nres: {window: 5, sigma: 0.01}, particles: 8, block: 2}
outer: {steps: 2, optimizer: {adam: {learning_rate: 1.0e-2}}}
)";

TEST_F(NetworkTest, SixtyFourKilobitsASecondBreakNoConnection) {
  UndisturbedHash(kLargeThetaJob);
  ASSERT_NO_FATAL_FAILURE(Connect(2));
  for (size_t i = 0; i < 2; ++i) {
    const std::string slow = "tc qdisc add dev {}{} root tbf rate 64kbit burst 1600 limit 30000";
    here_.Shell(fmt::format(fmt::runtime(slow), "c", i));
    places_[i].Shell(fmt::format(fmt::runtime(slow), "w", i));
  }
  ASSERT_NO_FATAL_FAILURE(StartWorkers(2));
  const steady_clock::time_point begin = steady_clock::now();
  const std::string job = cluster_->Submit(kLargeThetaJob);
  ExpectUndisturbedEnd(job, kLargeThetaJob);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(Said(i, "timed out") + Said(i, "watchdog"), 0u) << cluster_->worker(i).output();
  }
  std::printf("%.1f s for %d kB to each worker\n", SecondsSince(begin), 2 * 57);
}

}  // namespace
}  // namespace paceline
