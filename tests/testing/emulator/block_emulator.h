// Runs a kernel body on the host as a GPU would: blocks one after the other, the threads of a block
// as so many threads, a barrier for __syncthreads. So bodies are tested, and watched by the race
// detector, where there is no GPU.
#pragma once

#include <barrier>
#include <cstddef>
#include <thread>
#include <vector>

namespace paceline {

// Offers what common/lane/team.h wants of a team.
class EmulatedTeam {
 public:
  static constexpr bool kSolo = false;
  EmulatedTeam(size_t rank, size_t size, std::barrier<>& barrier)
      : rank_(rank), size_(size), barrier_(&barrier) {}
  size_t rank() const { return rank_; }
  size_t size() const { return size_; }
  void Sync() const { barrier_->arrive_and_wait(); }

 private:
  size_t rank_, size_;
  std::barrier<>* barrier_;
};

// body(block, team) on `threads` threads, for each block of the grid in turn.
template <class Body>
void RunBlocks(size_t blocks, size_t threads, const Body& body) {
  for (size_t block = 0; block < blocks; ++block) {
    std::barrier<> barrier(static_cast<std::ptrdiff_t>(threads));
    std::vector<std::jthread> team;
    for (size_t rank = 0; rank < threads; ++rank) {
      team.emplace_back([&, rank] { body(block, EmulatedTeam(rank, threads, barrier)); });
    }
  }
}

}  // namespace paceline
