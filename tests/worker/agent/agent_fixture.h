// An agent with an engine of the tests', and the messages that go to and come from it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/worker/agent/fake_engine.h"
#include "worker/agent/agent.h"

namespace paceline {

inline constexpr std::chrono::seconds kLimit{20};

class AgentTest : public ::testing::Test {
 protected:
  AgentTest() {
    StartAgent(2);
    agent_->BeginSession();
  }

  // Snapshots of every so many windows go to that folder.
  void StartAgent(int threads, const std::string& snapshots = "", int64_t every = 1) {
    AgentPort port;
    port.send = [this](v1::WorkerMessage message) {
      std::lock_guard lock(mutex_);
      sent_.push_back(std::move(message));
      arrived_.notify_all();
    };
    port.fetch = [this](const std::string& job, int64_t first,
                        int64_t last) -> absl::StatusOr<std::vector<ThetaPtr>> {
      std::lock_guard lock(mutex_);
      fetched_.emplace_back(first, last);
      std::vector<ThetaPtr> thetas;
      for (int64_t step = first; step <= last; ++step) thetas.push_back(FakeTheta(job, step));
      return thetas;
    };
    agent_ = std::make_unique<Agent>(
        threads, FakeFactory(control_), port, Clock::Real(), AgentUnits(),
        snapshots.empty() ? nullptr : std::make_unique<BlockKeeper>(snapshots, every));
  }

  void Announce(const std::string& job, uint64_t seed = 1) {
    v1::CoordinatorMessage message;
    message.mutable_job()->set_job(job);
    message.mutable_job()->mutable_config()->set_name(job);
    message.mutable_job()->mutable_config()->set_seed(seed);
    ASSERT_TRUE(agent_->Handle(message).ok());
  }

  void SendTheta(const std::string& job, int64_t step) {
    v1::CoordinatorMessage message;
    *message.mutable_theta() = FakeThetaMessage(job, step);
    ASSERT_TRUE(agent_->Handle(message).ok());
  }

  void Ask(const std::string& job, int64_t step, const std::vector<uint32_t>& blocks,
           uint64_t epoch = 1) {
    v1::CoordinatorMessage message;
    v1::RunWindows& run = *message.mutable_run();
    run.set_job(job);
    run.set_step(step);
    run.set_theta_hash(FakeTheta(job, step)->hash);
    run.set_epoch(epoch);
    for (const uint32_t block : blocks) run.add_blocks(block);
    ASSERT_TRUE(agent_->Handle(message).ok());
  }

  v1::WorkerMessage NextSent() {
    std::unique_lock lock(mutex_);
    if (!arrived_.wait_for(lock, kLimit, [&] { return !sent_.empty(); })) {
      ADD_FAILURE() << "nothing was sent";
      return {};
    }
    v1::WorkerMessage message = std::move(sent_.front());
    sent_.pop_front();
    return message;
  }

  // All answers to one Ask, by block.
  std::map<uint32_t, v1::WindowResult> Answers(size_t count) {
    std::map<uint32_t, v1::WindowResult> answers;
    while (answers.size() < count && !HasFailure()) {
      const v1::WorkerMessage message = NextSent();
      EXPECT_TRUE(message.has_result()) << message.DebugString();
      answers[message.result().block()] = message.result();
    }
    return answers;
  }

  void ExpectRight(const v1::WindowResult& result) {
    ASSERT_EQ(result.particles_size(), 1);
    EXPECT_EQ(result.particles(0).sum_plus(),
              FakeScalar(result.job(), result.block(), result.step()))
        << "block " << result.block() << " step " << result.step();
    EXPECT_EQ(result.particles(0).trained_steps(), 5u);
    EXPECT_EQ(result.theta_hash(), FakeTheta(result.job(), result.step())->hash);
  }

  std::shared_ptr<FakeEngineControl> control_ = std::make_shared<FakeEngineControl>();
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<v1::WorkerMessage> sent_;
  std::vector<std::pair<int64_t, int64_t>> fetched_;
  std::unique_ptr<Agent> agent_;
};

}  // namespace paceline
