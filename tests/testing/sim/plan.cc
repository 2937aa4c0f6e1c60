#include "tests/testing/sim/plan.h"

#include "common/estimator/aggregation.h"
#include "tests/testing/sim/fake_cluster.h"

namespace paceline {
namespace {

using std::chrono::milliseconds;

void SetEstimator(v1::Estimator& estimator, v1::JobConfig& config, uint64_t kind) {
  if (kind == 1) {
    estimator.mutable_pes()->set_window(5);
    estimator.mutable_pes()->set_sigma(0.02);
  } else if (kind == 2) {
    estimator.mutable_truncated_es()->set_window(5);
    estimator.mutable_truncated_es()->set_sigma(0.02);
  } else if (kind == 3) {
    estimator.mutable_full_es()->set_sigma(0.02);
    auto& length = *config.mutable_episode()->mutable_log_uniform();
    length.set_min(3);
    length.set_max(30);
  }
}

v1::JobConfig DrawJob(SimRandom& random, const std::string& name, v1::Aggregation aggregation) {
  v1::JobConfig config = ToyConfig(name);
  config.set_aggregation(aggregation);
  SetEstimator(*config.mutable_estimator(), config, random.Below(4));
  const auto block = static_cast<uint32_t>(1 + random.Below(3));
  config.mutable_estimator()->set_block(block);
  config.mutable_estimator()->set_particles(block * static_cast<uint32_t>(2 + random.Below(3)));
  const uint32_t blocks = config.estimator().particles() / block;
  if (IsQuorum(config)) {
    config.mutable_quorum()->set_blocks(static_cast<uint32_t>(1 + random.Below(blocks)));
    if (random.Chance(0.5)) config.mutable_quorum()->set_deadline(1 + random.Below(5));
  } else if (IsAsync(config)) {
    config.mutable_async()->set_answers(static_cast<uint32_t>(1 + random.Below(blocks)));
    config.mutable_async()->set_staleness(static_cast<uint32_t>(random.Below(4)));
    config.mutable_async()->set_age_decay(random.Chance(0.5) ? 1 : 0.5);
  }
  config.mutable_outer()->set_steps(static_cast<int64_t>(4 + random.Below(7)));
  config.set_checkpoint_every(static_cast<int64_t>(1 + random.Below(4)));
  return config;
}

SimWorkerTraits DrawWorker(SimRandom& random, double slow, double lies) {
  SimWorkerTraits traits;
  traits.threads = static_cast<uint32_t>(1 + random.Below(2));
  traits.window = random.Between(milliseconds(50), milliseconds(400));
  if (random.Chance(slow)) traits.window *= 10;
  traits.lies = random.Chance(lies);
  if (traits.lies) traits.name = "liar";
  return traits;
}

// Never in three of four runs.
milliseconds DrawRate(SimRandom& random, milliseconds least, milliseconds most) {
  const milliseconds mean = random.Between(least, most);
  return random.Chance(0.25) ? mean : milliseconds(0);
}

SimRates DrawRates(SimRandom& random) {
  using namespace std::chrono_literals;
  return {.partition = DrawRate(random, 2s, 20s),
          .stop = DrawRate(random, 5s, 30s),
          .hang = DrawRate(random, 5s, 60s),
          .kill = DrawRate(random, 2s, 20s),
          .leave = DrawRate(random, 5s, 30s),
          .join = DrawRate(random, 2s, 20s),
          .coordinator_kill = DrawRate(random, 1s, 20s),
          .coordinator_stop = DrawRate(random, 2s, 20s),
          .coordinator_stall = DrawRate(random, 5s, 30s),
          .full_disk = DrawRate(random, 2s, 20s),
          .pause = DrawRate(random, 2s, 20s)};
}

}  // namespace

DiskFault SimPlan::DrawDiskFault(SimRandom& random) const {
  using Kind = DiskFault::Kind;
  DiskFault fault{.kind = Kind::kNone, .call = 1 + random.Below(calls)};
  if (random.Chance(0.5)) {
    // Of the rarer ones each kind alike.
    constexpr FileKind kFiles[] = {FileKind::kDatabase,   FileKind::kJournal, FileKind::kAnchor,
                                   FileKind::kCheckpoint, FileKind::kHistory, FileKind::kLog,
                                   FileKind::kTemporary,  FileKind::kFolder,  FileKind::kEvents};
    fault.file = kFiles[random.Below(std::size(kFiles))];
    fault.call = 1 + random.Below(6);
  }
  if (random.Chance(deaths_at_calls)) {
    constexpr Kind kDeaths[] = {Kind::kBefore, Kind::kAfter, Kind::kTorn};
    fault.kind = kDeaths[random.Below(3)];
  } else if (random.Chance(failing_syncs)) {
    fault.kind = Kind::kNoSync;
  }
  return fault;
}

SimPlan PlanOf(uint64_t seed, v1::Aggregation aggregation) {
  SimRandom random(seed);
  random = random.Fork();
  SimPlan plan;
  const uint64_t jobs = random.Chance(0.2) ? 2 : 1;
  for (uint64_t i = 0; i < jobs; ++i) {
    plan.jobs.push_back(DrawJob(random, i == 0 ? "sim" : "second", aggregation));
  }
  const double slow = random.Chance(0.3) ? 0.3 : 0, lies = random.Chance(0.3) ? 0.3 : 0;
  const uint64_t workers = 1 + random.Below(5);
  for (uint64_t i = 0; i < workers; ++i) plan.workers.push_back(DrawWorker(random, slow, lies));
  plan.workers.front().lies = false;  // somebody has to do it
  plan.workers.front().name = "honest";
  plan.keep_checkpoints = static_cast<int64_t>(1 + random.Below(4));
  plan.history_memory_bytes = random.Chance(0.5) ? 1 : 1 << 20;
  constexpr double kAudits[] = {0, 0, 0.3, 1};
  plan.audit_rate = kAudits[random.Below(4)];

  plan.faults_last = random.Between(milliseconds(5'000), milliseconds(40'000));
  plan.rates = DrawRates(random);
  if (random.Chance(0.3)) plan.network.reset = 0.02;
  if (random.Chance(0.2)) plan.network.silence = 0.01;
  if (random.Chance(0.3)) plan.network.delay = 0.1;
  plan.duplicates = random.Chance(0.3) ? 0.2 : 0;
  plan.deaths_at_calls = random.Chance(0.5) ? 0.8 : 0;
  plan.deaths_at_messages = random.Chance(0.2) ? 0.5 : 0;
  plan.failing_syncs = random.Chance(0.15) ? 0.5 : 0;
  plan.power_losses = random.Chance(0.6) ? 0.7 : 0;
  constexpr uint64_t kCalls[] = {30, 100, 300};
  plan.calls = kCalls[random.Below(3)];
  constexpr int kPages[] = {5, 30, 1000};
  plan.most_log_pages = kPages[random.Below(3)];
  plan.hung_stay_so = random.Chance(0.5);
  return plan;
}

SimPlan CrowdPlan(int workers, uint32_t blocks, int64_t steps) {
  SimPlan plan;
  plan.jobs.push_back(ToyConfig("sim"));
  v1::JobConfig& config = plan.jobs.front();
  config.mutable_estimator()->set_block(4);
  config.mutable_estimator()->set_particles(4 * blocks);
  config.mutable_outer()->set_steps(steps);
  SimRandom random(1);
  for (int i = 0; i < workers; ++i) plan.workers.push_back(DrawWorker(random, 0.02, 0));
  plan.most_workers = static_cast<size_t>(workers) + 1000;
  plan.faults_last = milliseconds(20'000);
  plan.rates = {.kill = milliseconds(50), .leave = milliseconds(100), .join = milliseconds(40)};
  plan.network.reset = 1e-4;
  plan.measures = true;
  return plan;
}

}  // namespace paceline
