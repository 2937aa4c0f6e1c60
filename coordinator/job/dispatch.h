// Who is asked for which windows of the outer step at hand, and who besides, where an answer does
// not come or is to be checked.
//
// A block's window is asked of its owner. Where that takes too long (coordinator/lease), another
// worker is asked too and the first answer counts; an audit, or two answers that differ, bring in
// one more worker to compare with.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "coordinator/job/answer_sheet.h"
#include "coordinator/job/job_mail.h"
#include "coordinator/job/open_windows.h"
#include "coordinator/job/outer_loop.h"
#include "coordinator/lease/answer_times.h"
#include "coordinator/lease/crew.h"
#include "coordinator/lease/help.h"
#include "coordinator/lease/lease_book.h"

namespace paceline {

// Something of a worker that a person would want to know.
struct WorkerNews {
  WorkerId about{};
  std::string text;  // follows the worker's name
};

// Not thread-safe.
class Dispatch {
 public:
  struct Options {
    uint64_t seed = 0;
    uint64_t first_epoch = 1;  // epochs rise from here on, with every asking
    double audit_rate = 0;     // IsAudited
  };
  // What is shared with the job's run; outlives the object.
  struct Around {
    const OuterLoop& loop;
    const OpenWindows& windows;
    const AnswerSheet& sheet;
    JobMail& mail;
    std::vector<WorkerNews>& news;
    Crew& crew;
    const Clock& clock;
  };

  Dispatch(const Options& options, const Around& around);

  const LeaseBook& leases() const { return leases_; }
  uint64_t epoch() const { return epoch_; }

  // Something has changed so that Plan may have something to do. A plain answer is none.
  bool is_due() const { return due_; }
  void MakeDue() { due_ = true; }
  // Whether leases have run out; to be called several times a second. Walks over them. Time in
  // which it was not called, as the job was paused or the coordinator held up, is nobody's delay.
  void LookAtLeases();
  // Hands blocks out, asks for the windows not asked for yet, and finds help among those that may
  // work on the job, if there is anything to ask for: who comes while all are at work gets
  // something in the next outer step.
  void Plan(const std::function<std::vector<Candidate>()>& who_may);

  // Why this is no answer of somebody who was asked for it; the sheet finds nothing wrong with it.
  std::optional<Judgement> Fault(WorkerId from, const v1::WindowResult& result) const;
  // The sheet has it. first: it counts, as the first one.
  void TakeAnswer(WorkerId from, uint32_t block, bool first);
  // The block goes elsewhere if there is an elsewhere. False: the worker was not asked for it.
  bool TakeFailure(WorkerId from, uint32_t block);
  // The worker is gone. The number of blocks that it held.
  uint32_t Forget(WorkerId worker);

  // Blocks whose answers do not count yet.
  uint32_t answered_checks() const;
  bool IsChecked(uint32_t block) const { return checks_.contains(block); }
  void BeginCheck(uint32_t block);
  void EndCheck(uint32_t block) { checks_.erase(block); }

  // A new window of the block.
  void Open(uint32_t block);
  // The block's owner has fallen behind: it goes to somebody else at the next plan. Only if
  // HasOthers.
  void HandOver(uint32_t block);
  // Whether somebody but the block's owner may be given it, by the newest plan.
  bool HasOthers(uint32_t block) const;
  // Asks the block's owner for its window at once, where that needs no plan.
  void AskOwner(uint32_t block);
  // All windows again, with nobody who holds anything; answers to what was asked are old now.
  void Restart();

 private:
  bool IsAnythingOpen() const;
  ScheduleSnapshot Snapshot() const;
  void Move();
  void AskOwners();
  void FindHelp();
  // Checks that nobody answers any more are over, but for disputes.
  void GiveUpChecks();
  void GiveUpDisputes();
  bool IsDisputed(uint32_t block) const;
  bool HasOpenLease(uint32_t block) const;
  // Those who are to answer for it are late, all of them, and there are some.
  bool IsLate(uint32_t block) const;
  std::vector<HelpWanted> Wanted() const;
  std::vector<Helper> Helpers() const;
  void Grant(WorkerId worker, Lease::Kind kind, const std::vector<uint32_t>& blocks);
  LeaseWork WorkOf(const ScheduleWorker& worker, uint32_t block, int64_t waiting) const;
  const ScheduleWorker* Find(WorkerId worker) const;
  void TakeLate(uint32_t block, const Lease& lease);
  void Accept(WorkerId from, uint32_t block);
  void Measure(WorkerId from, uint32_t block, const Lease& lease);

  const Options options_;
  const Around around_;
  LeaseBook leases_;
  std::vector<AnswerTimes> times_;  // by the config's tasks
  uint64_t epoch_;
  uint64_t oldest_epoch_;  // since the last restart
  bool due_ = true;
  SteadyTime looked_;                    // at the leases
  std::vector<ScheduleWorker> workers_;  // of the newest plan, by id
  std::set<uint32_t> late_;              // IsLate, as of the newest plan
  std::set<uint32_t> to_audit_;          // blocks that wait for an auditor
  std::set<uint32_t> checks_;
};

}  // namespace paceline
