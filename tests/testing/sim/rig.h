// What all parts of a simulated run share.
#pragma once

#include <string>

#include "tests/testing/sim/disk.h"
#include "tests/testing/sim/failpoints.h"
#include "tests/testing/sim/ledger.h"
#include "tests/testing/sim/network.h"
#include "tests/testing/sim/plan.h"
#include "tests/testing/sim/random.h"
#include "tests/testing/sim/timeline.h"
#include "tests/testing/sim/trace.h"

namespace paceline {

struct SimRig {
  // `folder` is empty and the run's own.
  SimRig(const SimPlan& with, uint64_t seed, const std::string& folder, Failpoints& points)
      : plan(with),
        random(seed),
        failpoints(points),
        trace(timeline),
        network(timeline, random.Fork(), trace, points),
        disk(folder, random.Fork(), trace, points),
        ledger(points) {}

  const SimPlan& plan;
  SimRandom random;
  Failpoints& failpoints;
  Timeline timeline;
  SimTrace trace;
  SimNetwork network;
  SimDisk disk;
  SimLedger ledger;
  bool calm = false;  // nothing goes wrong any more
};

}  // namespace paceline
