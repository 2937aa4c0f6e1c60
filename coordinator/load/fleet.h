// Many simulated workers on one coordinator, each over a connection of its own, and what is
// measured of them.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "common/base/clock.h"
#include "coordinator/load/simulated_worker.h"

namespace paceline {

// Thread-safe.
class Fleet : private FleetWatch {
 public:
  struct Options {
    std::string address = {};
    int workers = 1;
    // Behind the answers to each so many-th request for windows, a question follows; 0: never.
    int ask_every = 0;
    // Of a worker by its number: as in SimulatedWorker::Options. Empty: none.
    std::function<std::chrono::milliseconds(int)> compute = {}, pause = {};
  };
  // When windows of a step were first asked for: the one before it was committed.
  using StepTimes = std::map<int64_t, SteadyTime>;

  explicit Fleet(Options options);
  // Ends all streams.
  ~Fleet() override;

  // That so many are welcomed. False after `limit`.
  bool WaitForWelcome(std::chrono::milliseconds limit);
  int ended() const { return ended_; }
  int64_t thetas() const { return thetas_; }
  // Bytes of θ that all took together.
  int64_t theta_bytes() const { return theta_bytes_; }
  StepTimes step_times();
  // Seconds from an answer's sending to the coordinator's reply to what was asked behind it.
  std::vector<double> answer_seconds();
  // Seconds from the sending of an outer step's last answer to the first request of the next step.
  std::vector<double> turn_seconds();
  // What was measured so far does not count.
  void Forget();

 private:
  void Welcomed() override;
  void Ended() override { ++ended_; }
  void TookTheta(const v1::Theta& theta) override;
  bool TookRun(const v1::RunWindows& run) override;
  void Heard(std::chrono::nanoseconds after) override;

  bool Rest(SimulatedWorker& worker, std::chrono::milliseconds time);
  // Beats hearts and wakes those who have rested.
  void Tend(const std::stop_token& stop);
  std::vector<SimulatedWorker*> TakeRested();

  const Options options_;
  std::atomic<int> welcomed_ = 0, ended_ = 0;
  std::atomic<int64_t> thetas_ = 0, theta_bytes_ = 0, runs_ = 0;
  std::atomic<SteadyTime::rep> answered_ = 0;  // when the newest answer was made

  std::mutex mutex_;
  std::condition_variable changed_;
  StepTimes step_times_;  // guarded by mutex_, as all below
  std::vector<double> answer_seconds_, turn_seconds_;
  std::multimap<SteadyTime, SimulatedWorker*> resting_;
  bool ending_ = false;

  std::vector<std::unique_ptr<SimulatedWorker>> workers_;
  std::jthread tender_;
};

}  // namespace paceline
