// Bodies that run together, each on a thread of the operating system.
#pragma once

#include <barrier>
#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

namespace paceline {

class Threads {
 public:
  explicit Threads(size_t count) : count_(count), barrier_(static_cast<std::ptrdiff_t>(count)) {}

  // body(rank) for each rank below the count; returns when all have ended.
  void Run(const std::function<void(size_t)>& body) {
    std::vector<std::jthread> threads;
    for (size_t rank = 0; rank < count_; ++rank) {
      threads.emplace_back([&, rank] { body(rank); });
    }
  }

  // Called by all bodies: returns when all have called it.
  void Sync() { barrier_.arrive_and_wait(); }

 private:
  size_t count_;
  std::barrier<> barrier_;
};

}  // namespace paceline
