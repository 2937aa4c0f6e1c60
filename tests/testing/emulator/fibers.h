// Bodies that run together on one thread: each runs up to the next Sync(), then the next one does.
#pragma once

#include <ucontext.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <vector>

namespace paceline {

class Fibers {
 public:
  explicit Fibers(size_t count) : fibers_(count) {}  // at least 1

  // body(rank) for each rank below the count; returns when all have ended. Between two barriers
  // they run by rank, forwards and backwards in turn, so that what depends on the order shows.
  // Stops the program where some end and others wait at a barrier.
  void Run(const std::function<void(size_t)>& body) {
    body_ = &body;
    for (Fiber& fiber : fibers_) Prepare(fiber);
    const auto ended = [](const Fiber& fiber) { return fiber.ended; };
    for (bool backwards = false; std::ranges::none_of(fibers_, ended); backwards = !backwards) {
      RunToBarrier(backwards);
    }
    if (!std::ranges::all_of(fibers_, ended)) {
      std::fputs("Fibers: some ended while others wait at a barrier\n", stderr);
      std::abort();
    }
  }

  // Called by all bodies: returns when all have called it.
  void Sync() { swapcontext(&fibers_[current_].context, &scheduler_); }

 private:
  static constexpr size_t kStackBytes = 256 * 1024;  // of which what is not touched takes no memory

  struct Fiber {
    ucontext_t context;
    std::unique_ptr<std::byte[]> stack;
    bool ended = false;
  };

  void Prepare(Fiber& fiber) {
    fiber.stack = std::make_unique_for_overwrite<std::byte[]>(kStackBytes);
    getcontext(&fiber.context);
    fiber.context.uc_stack = {.ss_sp = fiber.stack.get(), .ss_flags = 0, .ss_size = kStackBytes};
    fiber.context.uc_link = &scheduler_;
    makecontext(&fiber.context, &Fibers::Enter, 0);
  }

  static void Enter() {
    Fibers& fibers = *running_;
    (*fibers.body_)(fibers.current_);
    fibers.fibers_[fibers.current_].ended = true;
  }

  void RunToBarrier(bool backwards) {
    running_ = this;
    for (size_t i = 0; i < fibers_.size(); ++i) {
      current_ = backwards ? fibers_.size() - 1 - i : i;
      swapcontext(&scheduler_, &fibers_[current_].context);
    }
  }

  static inline thread_local Fibers* running_ = nullptr;  // makecontext passes no pointer

  std::vector<Fiber> fibers_;
  const std::function<void(size_t)>* body_ = nullptr;
  ucontext_t scheduler_;
  size_t current_ = 0;
};

}  // namespace paceline
