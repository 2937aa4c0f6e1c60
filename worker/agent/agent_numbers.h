// What a worker has done and what it holds, as plain data, for whoever watches over it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/distribution.h"

namespace paceline {

struct QueueNumbers {
  uint64_t waiting = 0, under_way = 0;
  double longest_seconds = 0;  // that one of those under way has taken so far
};

struct UnitNumbers {
  uint64_t done = 0, failed = 0;  // since the worker started
  uint64_t waiting = 0, under_way = 0;
};

struct AgentNumbers {
  // Since the worker started.
  uint64_t windows = 0, inner_steps = 0, replayed_inner_steps = 0, failures = 0;
  Distribution window_seconds{SecondsBounds()};
  uint64_t jobs = 0, blocks = 0;  // that it holds
  QueueNumbers queue = {};
  UnitNumbers units = {};
};

struct LinkNumbers {
  bool joined = false;
  bool draining = false;
  uint64_t joins = 0;  // since the worker started
  std::optional<double> heard_ago =
      {};                    // seconds since the coordinator said anything; never: absent
  double turned_ago = 0;     // since the connection was last tried or used
  uint64_t unsent = 0;       // messages
  std::string trouble = {};  // why it has not joined, as far as that is known
};

}  // namespace paceline
