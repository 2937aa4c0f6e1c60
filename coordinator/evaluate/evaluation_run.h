// One evaluation at work: its plan, who computes which unit, and what came back. It neither sends
// nor logs: what is to be sent is returned, what people should know waits in TakeNews.
//
// An outcome is in the file of outcomes before it counts, so that a restart goes on from there: the
// same plan asks for the same units, and finds them. (After the machine's death the newest may
// lack; they are computed again.) Whose answer comes first counts; another to the same unit must be
// equal.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/base/clock.h"
#include "common/suite/outcome_store.h"
#include "common/suite/plan.h"
#include "coordinator/evaluate/pace.h"
#include "coordinator/evaluate/submission.h"
#include "coordinator/roster/needs.h"
#include "coordinator/roster/outgoing.h"
#include "coordinator/roster/pinned_fingerprint.h"

namespace paceline {

// Not thread-safe.
class EvaluationRun {
 public:
  // A unit that fails this often fails the evaluation; a worker that fails this often in a row gets
  // no more of it.
  static constexpr int kMaxFailures = 3;
  // Where nothing else is to be computed, a unit that takes this much longer than three times the
  // longest so far is given to a second worker as well.
  static constexpr std::chrono::seconds kLate{30};

  struct Options {
    std::string name;
    std::string outcomes_path;
    PinnedFingerprint pinned;
    bool counted = false;  // an outcome has been: the pin stays
    uint64_t* next_attempt = nullptr;
    std::string traceparent = {};  // of its units; empty: nobody traces
  };
  // What `options` points to and `clock` outlive the run.
  EvaluationRun(Options options, Submission submission, const Clock& clock);

  const PinnedFingerprint& pinned() const { return options_.pinned; }
  bool counted() const { return options_.counted; }
  const PlanProgress& progress() const { return plan_->progress(); }
  const Pace& pace() const { return pace_; }
  // Why it cannot go on; then it is to be ended.
  const absl::Status& failure() const { return failure_; }
  bool done() const { return plan_->done(); }
  // When done.
  v1::Evaluation Result() const;
  std::vector<std::string> TakeNews() { return std::exchange(news_, {}); }

  // ---- workers

  void Join(const Worker& worker);
  void Lose(WorkerId worker);
  // The first worker that has the evaluation's tiers decides. Until an outcome has counted, another
  // may if all of its kind are gone.
  void PinEngine();
  // Takes from the file of outcomes what is known already, for `patience` at most.
  void Replay(std::chrono::milliseconds patience);
  // Gives the worker a unit, or what must precede it. False: there is nothing for it now.
  bool Serve(WorkerId worker, std::vector<Outgoing>& out);
  uint32_t UnderWay(WorkerId worker) const;
  uint32_t under_way() const;
  // Why no worker computes it; empty if one does or nothing is to be computed.
  std::string Waiting() const;

  void Take(WorkerId from, const v1::EvaluationData& data);
  void Take(WorkerId from, const v1::EvaluationAnswer& answer);
  // EndEvaluation for everyone who was told of it.
  std::vector<Outgoing> Dismiss();

 private:
  struct Helper {
    std::string label;
    std::string engine;  // on the suite's tiers; empty if it lacks one
    bool announced = false;
    bool ready = false;        // its data are known to be the evaluation's
    std::string trouble = {};  // why it takes no part
    int failures = 0;          // since its last outcome
    std::set<std::string> thetas = {};
    std::set<uint64_t> owed = {};  // attempts that it has not answered
  };
  struct Open {
    PlannedUnit planned;
    int failures = 0;
    std::set<WorkerId> failed_on;
    int askings = 0;     // that are owed an answer
    bool waits = false;  // in waiting_
  };
  struct Asking {
    uint64_t unit = 0;
    WorkerId worker{};
    SteadyTime at{};
  };

  bool Suits(const Helper& helper) const;
  // Once engine and data are pinned.
  absl::Status OpenOutcomes();

  // ask.cc: what goes to workers
  void Announce(WorkerId id, Helper& helper, std::vector<Outgoing>& out);
  std::optional<uint64_t> NextFor(WorkerId id);
  std::optional<uint64_t> LateFor(WorkerId id) const;
  void Ask(WorkerId id, Helper& helper, uint64_t unit, std::vector<Outgoing>& out);
  // Puts it if its outcome is in the file.
  bool Find(const PlannedUnit& planned);
  void Wait(uint64_t unit, bool first);
  // No answer to that asking will come any more.
  void Forget(uint64_t attempt);

  // answers.cc: what comes from them
  void TakeOutcome(WorkerId from, uint64_t unit, const v1::UnitOutcome& outcome);
  void TakeFailure(WorkerId from, uint64_t unit, const v1::UnitFailure& failure);
  void Audit(const Helper& helper, uint64_t unit, const v1::UnitOutcome& outcome);
  void Put(const PlannedUnit& planned, const v1::UnitOutcome& outcome);
  void Refuse(Helper& helper, const std::string& why);

  Options options_;
  const Clock& clock_;
  const v1::Suite suite_;
  const std::unique_ptr<EvaluationPlan> plan_;
  std::map<std::string, SharedMessage> thetas_;  // by digest
  const bool reads_data_;
  std::unique_ptr<OutcomeStore> outcomes_;   // null until engine and data are pinned
  std::map<WorkerId, Helper> helpers_;       // those that compute units at all
  std::map<uint64_t, Open> open_;            // by the plan's id: not answered
  std::deque<uint64_t> waiting_;             // nobody computes them
  std::map<uint64_t, Asking> askings_;       // by attempt; all of them
  std::map<uint64_t, std::string> answers_;  // by the plan's id: digest of the outcome that counts
  Pace pace_;
  SteadyTime::duration longest_{};  // from an asking to its outcome
  std::vector<std::string> news_;
  absl::Status failure_;
  const Needs needs_;
};

}  // namespace paceline
