// When a block is saved, which snapshots are read, and which are removed.
//
// A state is of use inside its episode alone: at an episode's border nothing is carried on. So a
// block that is re-made has at most `every` windows run again, or its episode's windows so far if
// these are fewer.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include "worker/snapshot/snapshot_name.h"

namespace paceline {

// A block between two windows.
struct BlockPlace {
  int64_t next_step = 0;      // outer step of its next window
  int64_t episode_start = 0;  // of the episode that contains next_step
  int64_t saved_step = -1;    // next_step of its newest snapshot that is known of; −1: none
};

// Whether a snapshot would spare anybody a window: for a worker that is told to stop.
bool IsWorthSaving(const BlockPlace& place);
// Whether `every` windows (at least 1) are not in a snapshot.
bool IsSnapshotDue(const BlockPlace& place, int64_t every);

// What a block needs that is asked for a window.
struct SnapshotWanted {
  uint32_t block = 0;
  int64_t step = 0;           // outer step of the window
  int64_t episode_start = 0;  // of the episode that contains it
  int64_t held_step = -1;     // next_step of the state at hand
};

// The snapshots from which less is to be run again than from the state at hand or from the
// episode's beginning: those that spare most first.
std::vector<SnapshotName> WorthReading(std::span<const SnapshotName> there,
                                       const SnapshotWanted& wanted);

// Once `written` is there: all of its block that are older than the second newest. Those of later
// steps are another history's, or of a worker that is ahead: they stay.
std::vector<SnapshotName> Superseded(std::span<const SnapshotName> there,
                                     const SnapshotName& written);

// Whether a file of that age is left from a job that nobody will go on with.
bool IsLeftBehind(std::chrono::seconds age);

}  // namespace paceline
