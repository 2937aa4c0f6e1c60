// The answers to one outer step: one per block, each the scalars of its particles.
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
  kInvalid,    // nothing that a worker in order sends
};

struct Judgement {
  Verdict verdict{};
  std::optional<Refusal> refusal;  // if stale or invalid
  std::string reason;              // for people; empty if accepted
};
// "answer for outer step 3, block 1 is late".
Judgement Refused(const v1::WindowResult& result, Refusal refusal, const std::string& why);

// What the answer for a block must be like.
struct WindowLimits {
  int64_t inner_steps = 0;
  SumRange sums;
  bool antithetic = true;  // else the second sum is 0
};

// Not thread-safe.
class AnswerSheet {
 public:
  AnswerSheet(std::string job, uint32_t blocks, uint32_t particles_per_block);

  // A new outer step with no answers yet.
  void Begin(int64_t step, uint64_t theta_hash, std::vector<WindowLimits> limits);

  // What makes it no answer to this step's questions, whoever sent it; nothing: it is one. One of
  // the step before is compared with what counted then.
  std::optional<Judgement> Fault(const v1::WindowResult& result) const;
  // Of who was asked; Fault found nothing. A worker's second answer is compared with its first.
  Judgement Take(WorkerId from, const v1::WindowResult& result);

  // The same question of the step before was answered otherwise by the one that counted.
  bool DiffersFromPrevious(const v1::WindowResult& result) const;

  bool answered(uint32_t block) const { return !answers_[block].empty(); }
  uint32_t answered_count() const { return answered_; }
  // The first one counts.
  const std::vector<Testimony>& testimonies(uint32_t block) const { return answers_[block]; }
  bool Agree(uint32_t block) const;
  void LetCount(uint32_t block, size_t testimony);
  // Of all blocks. Those that nobody else has answered, in order.
  std::vector<uint32_t> Discard(WorkerId worker);
  // All particles in order. Only when all blocks are answered.
  std::vector<ParticleScalars> Scalars() const;

 private:
  std::optional<Judgement> ParticleFault(const v1::WindowResult& result) const;
  Judgement Late(const v1::WindowResult& result) const;

  const std::string job_;
  const uint32_t particles_;
  int64_t step_ = 0;
  uint64_t theta_hash_ = 0;
  uint32_t answered_ = 0;
  std::vector<WindowLimits> limits_;                    // [block]
  std::vector<std::vector<Testimony>> answers_;         // [block]
  std::vector<std::vector<ParticleScalars>> previous_;  // [block] what counted in step_ − 1
};

}  // namespace paceline
