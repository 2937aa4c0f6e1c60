// The answers to one outer step: one per block, each the scalars of its particles.
//
// An answer names its question (job, outer step, block, θ hash, epoch). Answers to other questions
// are told apart from answers to this one, and a second answer is compared with the first.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/estimator/gradient.h"
#include "paceline/v1/worker.pb.h"

namespace paceline {

enum class Verdict {
  kAccepted,
  kDuplicate,  // of an answered block, and equal to its answer
  kConflict,   // of an answered block, and not equal: the first answer stays
  kStale,      // of an earlier outer step, or from before the block was handed on
  kInvalid,    // impossible: its sender is broken
};

struct Judgement {
  Verdict verdict{};
  std::string reason;  // for people; empty if accepted
};

// Not thread-safe.
class AnswerSheet {
 public:
  AnswerSheet(std::string job, uint32_t blocks, uint32_t particles_per_block);

  // A new outer step with no answers yet; inner_steps[block] are those of the block's window.
  void Begin(int64_t step, uint64_t theta_hash, std::vector<int64_t> inner_steps);
  // Answers must repeat the epoch of one of the block's asks since it was last handed on. Asks
  // stand from one outer step to the next.
  void Ask(uint32_t block, uint64_t epoch) { epochs_[block].push_back(epoch); }
  void HandOn(uint32_t block) { epochs_[block].clear(); }

  Judgement Take(const v1::WindowResult& result);
  bool answered(uint32_t block) const { return !answers_[block].empty(); }
  // All particles in order. Only when all blocks are answered.
  std::vector<ParticleScalars> Scalars() const;

 private:
  // Empty, or what makes the particles impossible.
  std::string Fault(const v1::WindowResult& result) const;

  const std::string job_;
  const uint32_t particles_;
  int64_t step_ = 0;
  uint64_t theta_hash_ = 0;
  std::vector<int64_t> inner_steps_;
  std::vector<std::vector<uint64_t>> epochs_;          // [block] of its asks
  std::vector<std::vector<ParticleScalars>> answers_;  // [block][particle], empty: none yet
};

}  // namespace paceline
