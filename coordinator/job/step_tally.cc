#include "coordinator/job/step_tally.h"

#include <utility>

#include "common/estimator/aggregation.h"
#include "common/estimator/settings.h"
#include "coordinator/aggregate/async.h"

namespace paceline {

StepTally::StepTally(const Around& around, ThetaHashes hashes)
    : around_(around),
      ranges_(around.config, around.loop.blocks()),
      hashes_(std::move(hashes)),
      lags_(around.loop.blocks()) {
  hashes_[around_.loop.step()] = around_.loop.theta_hash();
}

void StepTally::OpenAll() {
  gathered_.Clear();
  for (uint32_t block = 0; block < around_.loop.blocks(); ++block) {
    const int64_t step = around_.loop.window(block).step;
    OpenWindow(block, step);
    lags_[block] = {.reached = step - 1};
  }
  began_ = around_.clock.Now();
}

void StepTally::OpenWindow(uint32_t block, int64_t step) {
  around_.windows.Move(block, step);
  const BlockWindow& window = around_.windows.of(block);
  around_.sheet.Open(block, {.step = step,
                             .theta_hash = hashes_.at(step),
                             .inner_steps = window.inner_steps,
                             .sums = ranges_.Of(block, window),
                             .antithetic = Antithetic(around_.config.estimator())});
  around_.dispatch.Open(block);
}

// ---- answers

bool StepTally::Counts(uint32_t block) const {
  return around_.sheet.answered(block) && !around_.dispatch.IsChecked(block);
}

void StepTally::GoOn(uint32_t block) {
  const int64_t step = around_.windows.of(block).step;
  if (!IsAsync(around_.config) || !hashes_.contains(step + 1) || !Counts(block)) return;
  if (closed_with_.contains(block)) return;  // it goes on when that step is committed
  const Testimony& answer = around_.sheet.testimonies(block).front();
  gathered_.Add({block, step}, {answer.worker, answer.particles});
  OpenWindow(block, step + 1);
  around_.dispatch.AskOwner(block);
}

bool StepTally::Pass(uint32_t block, int64_t window) {
  if (window <= lags_[block].reached) return false;
  lags_[block].reached = window;
  return true;
}

void StepTally::Discard(WorkerId worker) {
  for (const CountedWindow& window : gathered_.Discard(worker)) {
    OpenWindow(window.block, window.step);
  }
}

// ---- the step's end

bool StepTally::complete() const {
  const AnswerSheet& sheet = around_.sheet;
  StepSnapshot snapshot{.now = around_.clock.Now(),
                        .began = began_,
                        .blocks = around_.loop.blocks(),
                        .answered = static_cast<uint32_t>(gathered_.size()) +
                                    sheet.answered_count() - around_.dispatch.answered_checks()};
  if (Decide(around_.config, snapshot).kind == StepDecision::Kind::kWait) return false;
  snapshot.indispensable = CountIndispensable();
  return snapshot.indispensable == 0 ||
         Decide(around_.config, snapshot).kind == StepDecision::Kind::kClose;
}

uint32_t StepTally::CountIndispensable() const {
  if (IsStrict(around_.config)) return 0;
  const v1::Async& rule = around_.config.async();
  uint32_t count = 0;
  for (uint32_t block = 0; block < around_.loop.blocks(); ++block) {
    if (Counts(block)) continue;
    const bool is = IsAsync(around_.config)
                        ? IsIndispensable(rule, around_.windows.of(block).step, around_.loop.step())
                        : RemedyFor(block) == LagRemedy::kWaitFor;
    if (is) ++count;
  }
  return count;
}

LagRemedy StepTally::RemedyFor(uint32_t block) const {
  const Lag& lag = lags_[block];
  return RemedyOf(
      {.misses = lag.misses,
       .behind = around_.loop.step() - 1 - lag.reached,
       // Workers are looked at where it matters.
       .has_others = lag.misses >= kMissesToHandOver && around_.dispatch.HasOthers(block),
       .is_new = around_.loop.step() < lag.new_until});
}

void StepTally::HandOver() {
  const int64_t step = around_.loop.step();
  for (uint32_t block = 0; block < around_.loop.blocks(); ++block) {
    if (RemedyFor(block) != LagRemedy::kHandOver) continue;
    around_.dispatch.HandOver(block);
    // Replay may take as long as its windows did.
    const int64_t replayed = step - around_.windows.of(block).episode_start;
    lags_[block] = {.misses = 0, .reached = step - 1, .new_until = step + kMostMisses + replayed};
  }
}

void StepTally::Close(StepRow& row) {
  for (uint32_t block = 0; block < around_.loop.blocks(); ++block) {
    if (!Counts(block)) {
      ++lags_[block].misses;
      continue;
    }
    const CountedWindow window{block, around_.windows.of(block).step};
    lags_[block] = {.reached = window.step};
    const Testimony& answer = around_.sheet.testimonies(block).front();
    if (IsAsync(around_.config)) {
      closed_with_.insert(block);
      gathered_.Add(window, {answer.worker, answer.particles});
    } else {
      Append(window, answer.particles, row);
    }
  }
  for (const auto& [window, answer] : gathered_.Take()) Append(window, answer.particles, row);
}

void StepTally::Append(const CountedWindow& window, const std::vector<ParticleScalars>& particles,
                       StepRow& row) const {
  const size_t first = row.particles.size();
  row.particles.insert(row.particles.end(), particles.begin(), particles.end());
  if (!IsStrict(around_.config)) return row.windows.push_back(window);
  // Where episodes began follows from the rest.
  for (size_t i = first; i < row.particles.size(); ++i) {
    row.particles[i].began = ParticleScalars::kUnknown;
  }
}

void StepTally::Open() {
  const int64_t step = around_.loop.step();
  hashes_[step] = around_.loop.theta_hash();
  hashes_.erase(hashes_.begin(), hashes_.lower_bound(step - MostAge(around_.config)));
  if (IsAsync(around_.config)) {
    for (const uint32_t block : std::exchange(closed_with_, {})) {
      OpenWindow(block, around_.windows.of(block).step + 1);
    }
  } else {
    for (uint32_t block = 0; block < around_.loop.blocks(); ++block) OpenWindow(block, step);
  }
  if (IsQuorum(around_.config)) HandOver();
  began_ = around_.clock.Now();
}

}  // namespace paceline
