#include "tests/testing/sim/ledger.h"

#include <algorithm>
#include <map>

#include "common/estimator/aggregation.h"
#include "coordinator/job/replay.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

constexpr int kAll = 1'000'000;
// A worker causes ten at once and one in ten seconds.
constexpr size_t kMostEvents = 5'000;

}  // namespace

void SimLedger::Expect(const v1::JobConfig& config) {
  Job& job = jobs_[config.name()];
  job.config = config;
  if (!IsStrict(config)) return;
  job.reference = Undisturbed(config.name(), config);
}

bool SimLedger::IsRight(Job& job, int64_t step, uint64_t theta_hash) {
  const auto& expected = job.reference.theta_hashes;
  const auto index = static_cast<size_t>(step);
  if (!expected.empty()) return index < expected.size() && expected[index] == theta_hash;
  return job.hashes.try_emplace(step, theta_hash).first->second == theta_hash;
}

bool SimLedger::Show(const std::string& name, int64_t step, uint64_t theta_hash) {
  Job& job = jobs_.at(name);
  EXPECT_TRUE(IsRight(job, step, theta_hash)) << name << ": another θ is shown, of step " << step;
  if (step <= job.shown) return false;
  job.shown = step;
  return true;
}

void SimLedger::Acknowledge(const std::string& name, int64_t steps) {
  Job& job = jobs_.at(name);
  job.shown = std::max(job.shown, steps);
}

namespace {

// What an outer step may count, but for a strict job.
void CheckWindows(const v1::JobConfig& config, const std::vector<StepRow>& rows) {
  std::map<uint32_t, int64_t> next;
  for (const StepRow& row : rows) {
    EXPECT_FALSE(row.windows.empty());
    for (const auto& [block, step] : row.windows) {
      EXPECT_LE(row.step - 1 - step, MostAge(config)) << "block " << block;
      EXPECT_TRUE(!IsAsync(config) || step == next[block]) << "block " << block;
      EXPECT_GE(step, next[block]) << "block " << block << " counts twice";
      next[block] = step + 1;
    }
  }
}

}  // namespace

void SimLedger::CheckSteps(const std::string& name, Job& job, Store& store) {
  const auto rows = store.Steps(name, 0, kAll);
  ASSERT_TRUE(rows.ok()) << rows.status();
  const auto steps = static_cast<int64_t>(rows->size());
  EXPECT_GE(steps, job.shown) << name << ": outer steps that were shown are lost";
  if (steps > job.shown) failpoints_.Reach("coordinator", "died committed, not shown");
  if (!IsStrict(job.config)) CheckWindows(job.config, *rows);
  for (const StepRow& row : *rows) {
    EXPECT_TRUE(IsRight(job, row.step, row.theta_hash))
        << name << ": another θ is stored, of step " << row.step;
    if (job.reference.scalars.empty()) continue;
    EXPECT_EQ(row.particles, job.reference.scalars.at(static_cast<size_t>(row.step - 1)))
        << name << ": scalars of step " << row.step;
  }
}

void SimLedger::Check(Store& store) {
  const auto rows = store.Jobs();
  ASSERT_TRUE(rows.ok()) << rows.status();
  for (auto& [name, job] : jobs_) {
    const auto row = std::ranges::find(*rows, name, &JobRow::name);
    if (row != rows->end()) {
      CheckSteps(name, job, store);
    } else {
      EXPECT_FALSE(job.submitted) << name << ": a job that was acknowledged is lost";
    }
  }
}

void SimLedger::CountEvent(const std::string& text) {
  for (const char* known : {"is late", "were run again for blocks", "no room on the disk",
                            "quarantined", "blocks go to others", "the log is given up",
                            "is replayed from the store again", "failed at outer step"}) {
    if (text.find(known) != std::string::npos) failpoints_.Reach("event:", known);
  }
}

void SimLedger::CheckEnd(Store& store) {
  Check(store);
  const auto rows = store.Jobs();
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ(rows->size(), jobs_.size());
  for (const JobRow& row : *rows) {
    EXPECT_EQ(row.state, v1::JOB_STATE_SUCCEEDED) << row.name << ": " << row.message;
    const int64_t steps = row.config.outer().steps();
    // From the scalars alone; Replay compares every θ with its hash.
    const auto theta = ReplayTheta(store, "", row, steps, 1, ReplayFrom::kStart);
    EXPECT_TRUE(theta.ok()) << theta.status();
    const auto events = store.Events(row.name, 0, kAll);
    ASSERT_TRUE(events.ok()) << events.status();
    EXPECT_LT(events->size(), kMostEvents);
    for (const EventRow& event : *events) {
      CountEvent(event.text);
      const bool harms = event.text.find("quarantined") != std::string::npos ||
                         event.text.find("cut off") != std::string::npos;
      EXPECT_FALSE(harms && event.text.find("honest") != std::string::npos) << event.text;
      // They are durable before the store knows of them.
      const bool lost = event.text.find("cannot be used") != std::string::npos;
      EXPECT_FALSE(lost && !syncs_fail_) << event.text;
    }
  }
}

}  // namespace paceline
