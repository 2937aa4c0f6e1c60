// The way between workers and the coordinator: streams of two directions, each in order, as those
// of gRPC are. A message takes a while; a stream may be reset, with what is under way on it lost,
// or go silent without anybody being told; a worker may be cut off for a while, in one direction or
// both, and what was sent meanwhile comes afterwards.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>

#include "tests/testing/sim/failpoints.h"
#include "tests/testing/sim/random.h"
#include "tests/testing/sim/timeline.h"
#include "tests/testing/sim/trace.h"

namespace paceline {

enum class Way { kUp, kDown };  // to the coordinator, from it

struct NetworkFaults {
  // Of each message.
  double reset = 0;
  double silence = 0;
  double delay = 0;  // that it takes up to ten seconds
};

class SimNetwork;

// One connection of a worker. What happens at an end is told to it as long as it has not closed it.
class SimStream : public std::enable_shared_from_this<SimStream> {
 public:
  using Action = std::function<void()>;
  struct End {
    Action broken;  // called at most once: nothing comes any more
  };

  SimStream(SimNetwork& network, uint64_t number, int worker)
      : network_(network), number_(number), worker_(worker) {}

  uint64_t number() const { return number_; }
  int worker() const { return worker_; }
  // Who sends and takes at the coordinator's and at the worker's side.
  void set_upper(Action broken) { ends_[0].broken = std::move(broken); }
  void set_lower(Action broken) { ends_[1].broken = std::move(broken); }

  // `arrives` is called at the other end, unless the stream breaks before.
  void Send(Way way, Action arrives);
  // By one end, which hears nothing of it; what is under way is lost.
  void CloseAt(Way end_of);
  // Both ends hear of it, some day.
  void Reset();
  // Neither does.
  void GoSilent();
  bool is_open() const { return !broken_ && !silent_; }
  size_t waiting(Way way) const { return ways_[static_cast<size_t>(way)].parcels.size(); }

 private:
  struct Parcel {
    SteadyTime due;
    Action arrives;
  };
  struct Queue {
    std::deque<Parcel> parcels;
    bool pumped = false;  // an event will look at it
  };

  void Pump(Way way);
  void TellEnd(Way end_of, SteadyTime::duration after);

  SimNetwork& network_;
  const uint64_t number_;
  const int worker_;
  bool broken_ = false, silent_ = false;
  std::array<End, 2> ends_;
  std::array<Queue, 2> ways_;
};

class SimNetwork {
 public:
  SimNetwork(Timeline& timeline, SimRandom random, SimTrace& trace, Failpoints& failpoints)
      : timeline_(timeline), random_(random), trace_(trace), failpoints_(failpoints) {}

  void SetFaults(const NetworkFaults& faults) { faults_ = faults; }
  std::shared_ptr<SimStream> Open(int worker);
  // Messages of that worker wait that long.
  void Hold(int worker, Way way, SteadyTime until);
  // As Hold, for the coordinator, which is too busy to take anything.
  void HoldAll(SteadyTime until) { held_up_until_ = until; }
  SteadyTime HeldUntil(int worker, Way way) const;
  bool IsCut(int worker) const;

 private:
  friend class SimStream;
  SteadyTime::duration Latency();

  Timeline& timeline_;
  SimRandom random_;
  SimTrace& trace_;
  Failpoints& failpoints_;
  NetworkFaults faults_;
  uint64_t streams_ = 0;
  std::map<std::pair<int, Way>, SteadyTime> held_;
  SteadyTime held_up_until_{};
  uint64_t last_sent_ = 0, newest_delivered_ = 0;
};

}  // namespace paceline
