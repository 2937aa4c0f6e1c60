// A worker without its network: takes the coordinator's messages, computes on its threads, and
// hands back messages to send.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "common/base/clock.h"
#include "common/trace/tracer.h"
#include "paceline/v1/worker.pb.h"
#include "worker/agent/agent_numbers.h"
#include "worker/agent/agent_tally.h"
#include "worker/agent/block_engine.h"
#include "worker/agent/block_keeper.h"
#include "worker/agent/held_job.h"
#include "worker/agent/unit_crew.h"
#include "worker/agent/work_queue.h"

namespace paceline {

// The way out, provided by the network side. Called by any thread, never under a lock of the agent.
struct AgentPort {
  // Never blocks; what cannot be sent is dropped.
  std::function<void(v1::WorkerMessage)> send;
  // Versions of a job's θ, in order; blocks.
  std::function<absl::StatusOr<std::vector<ThetaPtr>>(const std::string& job, int64_t first,
                                                      int64_t last)>
      fetch;
};

// What computes units of evaluations, if anything does.
struct AgentUnits {
  std::shared_ptr<UnitEngine> engine = nullptr;
  int threads = 0;
};

// Thread-safe; BeginSession and Handle are called by one thread.
class Agent {
 public:
  // `clock` and `tracer` outlive the agent. `snapshots`: null for none.
  Agent(int threads, JobEngineFactory factory, AgentPort port, const Clock& clock = Clock::Real(),
        const AgentUnits& units = {}, std::unique_ptr<BlockKeeper> snapshots = nullptr,
        Tracer& tracer = Tracer::Off());
  // Waits for the windows in progress; units are given up.
  ~Agent();

  // A new connection: what was asked by the last one is not answered any more (inner states stay,
  // so that the same questions are answered quickly when they are asked again).
  void BeginSession();
  // Every kind but Welcome, Dismiss and Heartbeat, which are the connection's own. InvalidArgument
  // for a message that makes no sense; the worker goes on without it.
  absl::Status Handle(const v1::CoordinatorMessage& message);
  // Starts nothing more and gives units up; `done` is called on some thread once the answers to all
  // windows in progress have been handed to `send` and all blocks are saved. A block that is being
  // re-made is given up at its next window.
  void Drain(std::function<void()> done);
  // After Drain: waits until `done` has been called (true), or Abandon was.
  bool WaitDrained() { return queue_.WaitIdle(); }
  // Nobody waits for what is in progress any more.
  void Abandon() { queue_.Abandon(); }

  AgentNumbers Numbers();

 private:
  absl::Status HandleUnits(const v1::CoordinatorMessage& message);
  std::shared_ptr<HeldJob> Find(const std::string& job);
  void Announce(const v1::JobAnnouncement& announcement);
  absl::Status TakeTheta(const v1::Theta& message);
  absl::Status Enqueue(const v1::RunWindows& run);
  absl::Status Release(const v1::ReleaseBlocks& release);
  // `over`: for everyone.
  void EndJob(const std::string& job, bool over = false);
  // Before a result of the job; twice does no harm.
  void TellData(HeldJob& job, uint64_t session);
  // Jobs that this connection did not announce when another job comes: they ended while it was
  // away.
  void EndStaleJobs();
  // Under the job's name comes an empty one with the same config.
  void Forget(HeldJob& job);
  void Work(const std::stop_token& stop);
  void RunOne(const WindowRequest& request, const std::stop_token& stop);
  void Answer(const WindowRequest& request, HeldJob& job, const std::stop_token& stop);
  void Report(const WindowRequest& request, HeldJob& job, absl::StatusOr<v1::WindowResult> result);
  std::vector<WindowRequest> SaveRequests();

  const JobEngineFactory factory_;
  const AgentPort port_;
  const Clock& clock_;
  Tracer& tracer_;
  std::atomic<uint64_t> session_ = 0;
  std::atomic<bool> draining_ = false;
  WorkQueue queue_;
  AgentTally tally_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<HeldJob>> jobs_;  // guarded by mutex_
  std::unique_ptr<UnitCrew> crew_;                        // null: no units
  const std::unique_ptr<BlockKeeper> snapshots_;          // null: none
  std::vector<std::jthread> threads_;
};

}  // namespace paceline
