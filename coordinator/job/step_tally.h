// Which answers count in the outer step at hand, and when it is over: what the job's way of
// aggregation (coordinator/aggregate) needs to know, and what follows from its decisions.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "common/base/clock.h"
#include "coordinator/aggregate/quorum.h"
#include "coordinator/aggregate/sum_range.h"
#include "coordinator/job/answer_sheet.h"
#include "coordinator/job/dispatch.h"
#include "coordinator/job/gathered.h"
#include "coordinator/job/open_windows.h"
#include "coordinator/job/outer_loop.h"
#include "coordinator/store/store.h"

namespace paceline {

// Hashes of θ by outer step.
using ThetaHashes = std::map<int64_t, uint64_t>;

// Not thread-safe.
class StepTally {
 public:
  // Outlive the object.
  struct Around {
    const v1::JobConfig& config;
    const OuterLoop& loop;
    OpenWindows& windows;
    AnswerSheet& sheet;
    Dispatch& dispatch;
    const Clock& clock;
  };

  // `hashes`: of all blocks' windows.
  StepTally(const Around& around, ThetaHashes hashes);

  // All windows anew, with no answers.
  void OpenAll();
  // The block may have an answer that counts: in an asynchronous job it goes on to its next window,
  // if θ for that is there.
  void GoOn(uint32_t block);
  // An answer for a window that a quorum has closed without it, of the block's owner: false if one
  // as new has come before.
  bool Pass(uint32_t block, int64_t window);
  // What the worker has answered does not count, though its blocks have gone on.
  void Discard(WorkerId worker);

  // Constant time until enough answers are there.
  bool complete() const;
  // What counts, into the row. Only when complete.
  void Close(StepRow& row);
  // After the row is committed and the loop has gone on.
  void Open();

 private:
  bool Counts(uint32_t block) const;
  LagRemedy RemedyFor(uint32_t block) const;
  // Blocks of workers that have fallen behind go to others.
  void HandOver();
  // Blocks without which the outer step is not to be closed.
  uint32_t CountIndispensable() const;
  void Append(const CountedWindow& window, const std::vector<ParticleScalars>& particles,
              StepRow& row) const;
  // The block is at that outer step's window now.
  void OpenWindow(uint32_t block, int64_t step);

  const Around around_;
  SumRanges ranges_;
  ThetaHashes hashes_;  // from the oldest open window's on
  Gathered gathered_;
  // Of an asynchronous job: blocks whose open windows count in the step that was closed last, until
  // it is committed.
  std::set<uint32_t> closed_with_;
  SteadyTime began_{};
  // With a quorum: how far each block is behind.
  struct Lag {
    uint32_t misses = 0;    // outer steps in a row without it
    int64_t reached = -1;   // the newest window that it has answered for, in time or not
    int64_t new_until = 0;  // its worker is new to it before this outer step
  };
  std::vector<Lag> lags_;  // [block]
};

}  // namespace paceline
