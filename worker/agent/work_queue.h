// Windows waiting for a free thread.
#pragma once

#include <chrono>
#include <compare>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/trace/trace_context.h"
#include "worker/agent/agent_numbers.h"

namespace paceline {

// One block of one RunWindows message.
struct WindowRequest {
  std::string job;
  int64_t step = 0;
  uint64_t theta_hash = 0;
  uint64_t epoch = 0;
  uint32_t block = 0;
  // Which connection to the coordinator it came by; answers to an earlier one are not sent.
  uint64_t session = 0;
  // Only to be saved, in its turn: what is asked when the worker leaves.
  bool save = false;
  TraceContext trace = {};  // of the outer step; not valid: nobody traces
};

// The block whose last window took longest comes first, so that the threads finish a step together
// (G. Graham, "Bounds on multiprocessing timing anomalies", 1969); blocks that have not run yet
// come before those, in order. No block is in two threads' hands at once. Thread-safe.
class WorkQueue {
 public:
  // `clock` outlives the queue.
  explicit WorkQueue(const Clock& clock) : clock_(clock) {}

  // Takes the place of a request for the same block that still waits. Ignored after Close.
  void Push(WindowRequest request);
  // Waits for a request; its block is busy until Done. Empty once `stop` is asked for.
  std::optional<WindowRequest> Pop(std::stop_token stop);
  void Done(const WindowRequest& request);

  // Waiting requests are forgotten; those in threads' hands go on.
  void Clear();
  void DropJob(const std::string& job);
  void DropBlocks(const std::string& job, std::span<const uint32_t> blocks);

  // Forgets what waits, puts `last` in its place and accepts nothing more. `idle` is called once,
  // on some thread, when no request waits or is in a thread's hands; later calls of Close do
  // nothing.
  void Close(std::vector<WindowRequest> last, std::function<void()> idle);
  // Waits until `idle` has been called (true) or Abandon was.
  bool WaitIdle();
  void Abandon();

  QueueNumbers Numbers();

 private:
  using Key = std::pair<std::string, uint32_t>;
  struct Turn {
    SteadyTime::duration took;  // by the block's last window; max() if there was none
    uint64_t number = 0;        // of the request
    // Who comes first is less.
    auto operator<=>(const Turn& other) const {
      const auto longer = other.took <=> took;
      return std::is_neq(longer) ? longer : number <=> other.number;
    }
  };
  std::optional<WindowRequest> TakeLocked();
  template <typename Condition>
  void DropLocked(const Condition& condition);
  void PutLocked(WindowRequest request);
  bool IdleLocked() const { return waiting_.empty() && busy_.empty(); }
  void CallIfIdle(std::unique_lock<std::mutex> lock);

  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable_any changed_, over_;
  // All guarded by mutex_.
  std::map<Turn, WindowRequest> waiting_;
  std::map<Key, Turn> turns_;       // of the waiting blocks
  std::map<Key, SteadyTime> busy_;  // since when
  std::map<Key, SteadyTime::duration> took_;
  uint64_t requests_ = 0;
  bool closed_ = false, idle_called_ = false, abandoned_ = false;
  std::function<void()> idle_;
};

}  // namespace paceline
