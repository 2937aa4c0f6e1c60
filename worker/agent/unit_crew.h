// The part of a worker that computes units of evaluations, on threads of its own that give way to
// those that train.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "common/trace/tracer.h"
#include "paceline/v1/worker.pb.h"
#include "worker/agent/agent_numbers.h"
#include "worker/agent/unit_engine.h"

namespace paceline {

// Thread-safe; BeginSession and the Take methods are called by one thread.
class UnitCrew {
 public:
  using Send = std::function<void(v1::WorkerMessage)>;
  // `send` is called by any thread, never under a lock. `tracer` outlives the crew.
  UnitCrew(int threads, std::shared_ptr<UnitEngine> engine, Send send,
           Tracer& tracer = Tracer::Off());
  // Gives up the units in progress.
  ~UnitCrew();

  // A new connection: what the last one asked is not answered, but units in progress go on, and
  // newest outcomes are kept, for the same questions to come again.
  void BeginSession();
  // Reads the evaluation's data on some thread and tells which they are.
  void Take(const v1::EvaluationAnnouncement& announcement);
  // InvalidArgument: the evaluation was not announced, or these are not the θ's values.
  absl::Status Take(const v1::EvaluationTheta& theta);
  // InvalidArgument: the evaluation was not announced, or lacks the θ.
  absl::Status Take(const v1::EvaluationWork& work);
  // Units in progress are given up, unless another evaluation asked for the same.
  void End(const std::string& evaluation);
  // Gives everything up, as at the end.
  void Drain();

  UnitNumbers Numbers();

 private:
  using Theta = std::shared_ptr<const std::vector<float>>;
  struct Question {  // where an answer goes
    std::string evaluation;
    uint64_t unit_id = 0, attempt = 0;
  };
  struct Job {
    std::string key;  // the unit as bytes
    v1::EvaluationUnit unit;
    Theta theta;
    Question first;                        // for whom it is computed
    TraceContext trace;                    // of that; not valid: nobody traces
    std::vector<Question> questions = {};  // of all who wait for it; guarded by mutex_
    std::atomic<bool> given_up = false;
  };
  using Thetas = std::map<std::string, Theta>;  // by digest

  static Question QuestionOf(const v1::EvaluationWork& work);
  void Work(const std::stop_token& stop);
  void TellData(const v1::EvaluationAnnouncement& announcement, uint64_t session);
  void Run(const std::shared_ptr<Job>& job);
  absl::StatusOr<v1::UnitOutcome> Compute(const Job& job);
  void Finish(const std::shared_ptr<Job>& job, const absl::StatusOr<v1::UnitOutcome>& outcome);
  void Answer(const Question& question, const absl::StatusOr<v1::UnitOutcome>& outcome);
  // Of a unit that is asked for: from outcomes that are kept; else nothing, and it is computed.
  std::optional<v1::UnitOutcome> Enqueue(const v1::EvaluationWork& work, Theta theta);

  const std::shared_ptr<UnitEngine> engine_;
  const Send send_;
  Tracer& tracer_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  // All guarded by mutex_.
  uint64_t session_ = 0;
  bool draining_ = false;
  uint64_t done_ = 0, failed_ = 0;
  std::map<std::string, Thetas> held_;  // by evaluation
  std::deque<v1::EvaluationAnnouncement> announcements_;
  std::deque<std::shared_ptr<Job>> waiting_;
  std::vector<std::shared_ptr<Job>> running_;
  std::deque<std::pair<std::string, v1::UnitOutcome>> finished_;  // by the unit's bytes; the newest
  std::vector<std::jthread> threads_;
};

}  // namespace paceline
