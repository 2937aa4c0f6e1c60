#include "coordinator/load/fleet.h"

#include <utility>

#include "common/rpc/channel.h"
#include "fmt/format.h"

namespace paceline {
namespace {

constexpr std::chrono::milliseconds kLookEvery{2}, kBeatEvery{500};

double Seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

std::chrono::milliseconds Of(const std::function<std::chrono::milliseconds(int)>& worker, int i) {
  return worker ? worker(i) : std::chrono::milliseconds(0);
}

}  // namespace

Fleet::Fleet(Options options) : options_(std::move(options)) {
  for (int i = 0; i < options_.workers; ++i) {
    auto channel = OpenChannel(options_.address, {}, ChannelUse::kWork, Connections::kOwn);
    if (!channel.ok()) return;
    workers_.push_back(std::make_unique<SimulatedWorker>(
        *channel,
        SimulatedWorker::Options{
            .name = fmt::format("s{}", i),
            .compute = Of(options_.compute, i),
            .pause = Of(options_.pause, i),
            .rests = [this](SimulatedWorker& worker,
                            std::chrono::milliseconds time) { return Rest(worker, time); }},
        static_cast<FleetWatch&>(*this)));
  }
  tender_ = std::jthread([this](const std::stop_token& stop) { Tend(stop); });
}

Fleet::~Fleet() {
  for (const auto& worker : workers_) worker->Cancel();
  tender_.request_stop();
  if (tender_.joinable()) tender_.join();
  std::multimap<SteadyTime, SimulatedWorker*> resting;
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
    resting.swap(resting_);
  }
  // They must go on to see that all is over.
  for (const auto& [when, worker] : resting) worker->Wake();
  workers_.clear();
}

bool Fleet::WaitForWelcome(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, limit, [this] { return welcomed_ >= options_.workers; });
}

Fleet::StepTimes Fleet::step_times() {
  std::lock_guard lock(mutex_);
  return step_times_;
}

std::vector<double> Fleet::answer_seconds() {
  std::lock_guard lock(mutex_);
  return answer_seconds_;
}

std::vector<double> Fleet::turn_seconds() {
  std::lock_guard lock(mutex_);
  return turn_seconds_;
}

void Fleet::Forget() {
  std::lock_guard lock(mutex_);
  step_times_.clear();
  answer_seconds_.clear();
  turn_seconds_.clear();
}

void Fleet::Welcomed() {
  std::lock_guard lock(mutex_);
  ++welcomed_;
  changed_.notify_all();
}

void Fleet::TookTheta(const v1::Theta& theta) {
  ++thetas_;
  theta_bytes_ += std::ssize(theta.values());
}

bool Fleet::TookRun(const v1::RunWindows& run) {
  const SteadyTime now = Clock::Real().Now();
  const SteadyTime before{SteadyTime::duration(answered_.exchange(now.time_since_epoch().count()))};
  {
    std::lock_guard lock(mutex_);
    const bool is_first = step_times_.try_emplace(run.step(), now).second;
    if (is_first && step_times_.size() > 1) turn_seconds_.push_back(Seconds(now - before));
  }
  return options_.ask_every > 0 && runs_++ % options_.ask_every == 0;
}

void Fleet::Heard(std::chrono::nanoseconds after) {
  std::lock_guard lock(mutex_);
  answer_seconds_.push_back(Seconds(after));
}

bool Fleet::Rest(SimulatedWorker& worker, std::chrono::milliseconds time) {
  std::lock_guard lock(mutex_);
  if (ending_) return false;
  resting_.emplace(Clock::Real().Now() + time, &worker);
  return true;
}

std::vector<SimulatedWorker*> Fleet::TakeRested() {
  std::lock_guard lock(mutex_);
  std::vector<SimulatedWorker*> rested;
  while (!resting_.empty() && resting_.begin()->first <= Clock::Real().Now()) {
    rested.push_back(resting_.begin()->second);
    resting_.erase(resting_.begin());
  }
  return rested;
}

void Fleet::Tend(const std::stop_token& stop) {
  SteadyTime beat = Clock::Real().Now();
  while (!stop.stop_requested()) {
    for (SimulatedWorker* worker : TakeRested()) worker->Wake();
    if (Clock::Real().Now() - beat >= kBeatEvery) {
      beat = Clock::Real().Now();
      for (const auto& worker : workers_) worker->Beat();
    }
    std::this_thread::sleep_for(kLookEvery);
  }
}

}  // namespace paceline
