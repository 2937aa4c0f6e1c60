// Runs a kernel body on the host as a GPU would: blocks one after the other, the threads of a block
// together, a barrier for __syncthreads. So bodies are tested, and watched by the race detector,
// where there is no GPU.
#pragma once

#include <cstddef>

#include "tests/testing/emulator/fibers.h"
#include "tests/testing/emulator/threads.h"

namespace paceline {

// The sanitizers see real threads, the race detector so that it finds races; otherwise switching
// between so many at every barrier would take nearly all of the time.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
using EmulatedThreads = Threads;
#else
using EmulatedThreads = Fibers;
#endif

// Offers what common/lane/team.h wants of a team.
class EmulatedTeam {
 public:
  static constexpr bool kSolo = false;
  EmulatedTeam(size_t rank, size_t size, EmulatedThreads& threads)
      : rank_(rank), size_(size), threads_(&threads) {}
  size_t rank() const { return rank_; }
  size_t size() const { return size_; }
  void Sync() const { threads_->Sync(); }

 private:
  size_t rank_, size_;
  EmulatedThreads* threads_;
};

// body(block, team) on `threads` threads, for each block of the grid in turn.
template <class Body>
void RunBlocks(size_t blocks, size_t threads, const Body& body) {
  for (size_t block = 0; block < blocks; ++block) {
    EmulatedThreads together(threads);
    together.Run([&](size_t rank) { body(block, EmulatedTeam(rank, threads, together)); });
  }
}

}  // namespace paceline
