// Where every block and particle of a job stands, by what has counted of it so far.
//
// A block runs every one of its windows in order, each with the θ of that outer step, whatever
// counts. Which answers make an outer step is the aggregation's choice: all blocks' (strict), those
// of some blocks (quorum: a window that does not count is passed over), or windows of this and
// earlier outer steps (async: all count, in order).
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "common/estimator/coefficients.h"
#include "common/estimator/episodes.h"
#include "paceline/v1/job_config.pb.h"

namespace paceline {

// The window of a block that an outer step counts.
struct CountedWindow {
  uint32_t block = 0;
  int64_t step = 0;  // the outer step of the window
  auto operator<=>(const CountedWindow&) const = default;
};

// A particle's part in an outer step.
struct CountedParticle {
  uint32_t particle = 0;  // in the whole population
  BlockWindow window;
  int64_t start = 0;     // the outer step at which its episode began
  int64_t age = 0;       // the outer step's number less its window's
  bool follows = false;  // the window before this one counted too
};

// Not thread-safe.
class EpisodeBook {
 public:
  // `config` outlives the book.
  explicit EpisodeBook(const v1::JobConfig& config);

  // The outer step at hand.
  int64_t step() const { return step_; }
  uint32_t blocks() const { return static_cast<uint32_t>(cursors_.size()); }
  // The block's next window that may count.
  const BlockWindow& window(uint32_t block) const { return cursors_[block].window(); }
  // The earliest outer step whose θ a worker may need to re-make some block for that.
  int64_t OldestEpisodeStart() const;
  // The particle's episode in its last window that counted.
  int64_t start(uint32_t particle) const;
  // The window after that one.
  int64_t next(uint32_t particle) const { return next_[particle / block_particles()]; }

  // Whether the answer for the block's window() is right about where its episodes began. Where the
  // window before it counted that is known, and nobody's word is taken for it.
  bool CanHaveBegun(uint32_t block, std::span<const ParticleScalars> particles) const;

  // Scalars of the particles of `windows`, in that order: blocks rise and, within a block, windows.
  // None are all blocks' at step(). Moves on to the next outer step. InvalidArgument if their
  // number, a window or a value is impossible; the book is of no further use then.
  absl::StatusOr<std::vector<CountedParticle>> Take(std::span<const ParticleScalars> particles,
                                                    std::span<const CountedWindow> windows);

  // What a checkpoint must hold beside θ, before step().
  struct State {
    int64_t step = 0;
    std::vector<int64_t> particle_starts;  // [particle]
    std::vector<bool> pending_restarts;
    // [block] the window after the last one that counted; empty if that is step() for all.
    std::vector<int64_t> next_windows = {};
    bool operator==(const State&) const = default;
  };
  State Save() const;
  // InvalidArgument (and nothing changed) if no run of this config can have been in that state.
  absl::Status Restore(const State& state);

 private:
  uint32_t block_particles() const { return config_->estimator().block(); }
  absl::Status CheckWindows(std::span<const CountedWindow> windows) const;
  absl::Status CheckParticle(const ParticleScalars& particle, size_t index,
                             const BlockWindow& window) const;
  // After windows that did not count: by the answer's word.
  void SetStarts(uint32_t block, std::span<const ParticleScalars> particles);
  absl::Status TakeWindow(uint32_t block, std::span<const ParticleScalars> particles,
                          std::vector<CountedParticle>& counted);
  absl::Status CheckState(const State& state) const;

  const v1::JobConfig* config_;
  int64_t step_ = 0;
  std::vector<EpisodeCursor> cursors_;
  std::vector<ParticleEpisodes> episodes_;  // [block]
  std::vector<int64_t> next_;               // [block] the window after the last one that counted
};

}  // namespace paceline
