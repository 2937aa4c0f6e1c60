// The answers for every block's open window, each the scalars of its particles.
//
// An answer names its question (job, outer step, block, θ hash, epoch). Answers to other questions
// are told apart from answers to this one, and a further answer is compared with the first. Who was
// asked is the lease book's business.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/estimator/gradient.h"
#include "coordinator/aggregate/sum_range.h"
#include "coordinator/lease/conduct.h"
#include "coordinator/lease/ruling.h"
#include "paceline/v1/worker.pb.h"

namespace paceline {

enum class Verdict {
  kAccepted,
  kConfirmed,  // of an answered block, equal to its answer, and the first that its sender gives
  kDuplicate,  // the same once more
  kConflict,   // of an answered block, and not equal: until that is settled the first one counts
  kStale,      // of an earlier outer step, or from before the block was handed on
  kPassed,     // of a window that the outer step was closed without (quorum): its sender is slow
  kInvalid,    // nothing that a worker in order sends
};

struct Judgement {
  Verdict verdict{};
  std::optional<Refusal> refusal;  // if stale or invalid
  std::string reason;              // for people; empty if accepted
};
// "answer for outer step 3, block 1 is late".
Judgement Refused(const v1::WindowResult& result, Refusal refusal, const std::string& why);

std::vector<ParticleScalars> ScalarsOf(const v1::WindowResult& result);

// A block's open window, and what the answer must be like.
struct WindowQuestion {
  int64_t step = 0;
  uint64_t theta_hash = 0;
  int64_t inner_steps = 0;
  SumRange sums;
  bool antithetic = true;  // else the second sum is 0
};

// Not thread-safe.
class AnswerSheet {
 public:
  AnswerSheet(std::string job, uint32_t blocks, uint32_t particles_per_block);

  // The block's window, with no answers yet. The one before is over.
  void Open(uint32_t block, const WindowQuestion& question);
  const WindowQuestion& question(uint32_t block) const { return questions_[block]; }

  // What makes it no answer to the block's question, whoever sent it; nothing: it is one. One to
  // the question before is compared with what was taken then.
  std::optional<Judgement> Fault(const v1::WindowResult& result) const;
  // Of who was asked; Fault found nothing. A worker's second answer is compared with its first.
  Judgement Take(WorkerId from, const v1::WindowResult& result);

  // The block's question before this one was answered otherwise by the first answer.
  bool DiffersFromPrevious(const v1::WindowResult& result) const;

  bool answered(uint32_t block) const { return !answers_[block].empty(); }
  uint32_t answered_count() const { return answered_; }
  // The first one counts.
  const std::vector<Testimony>& testimonies(uint32_t block) const { return answers_[block]; }
  bool Agree(uint32_t block) const;
  void LetCount(uint32_t block, size_t testimony);
  // Of all blocks. Those that nobody else has answered, in order.
  std::vector<uint32_t> Discard(WorkerId worker);

 private:
  std::optional<Judgement> ParticleFault(const v1::WindowResult& result) const;
  Judgement Late(const v1::WindowResult& result) const;

  const std::string job_;
  const uint32_t particles_;
  uint32_t answered_ = 0;
  std::vector<WindowQuestion> questions_;        // [block]
  std::vector<std::vector<Testimony>> answers_;  // [block]
  std::vector<std::vector<ParticleScalars>>
      previous_;  // [block] to the question of the step before
};

}  // namespace paceline
