// Where a network's numbers lie in the scratch of the fused tier: arithmetic on the Network alone.
// Offsets are in floats, each a multiple of 16; arrays whose lifetimes do not overlap share places.
#pragma once

#include <cstddef>
#include <vector>

#include "common/network/network.h"

namespace paceline {

struct FusedPlace {
  // Does the loss, or a classifier's score, depend on the node?
  bool used = false;
  // Is the loss differentiated by it? Slopes of parameters lie in the gradient itself.
  bool has_slope = false;
  // The node whose value and slope these are: another one's, if this is a reshape (or, for the
  // value alone, a stop of the gradient).
  int root = -1;
  size_t value = 0;  // of a root that is no leaf
  size_t slope = 0;  // likewise
  size_t kept = 0;   // what the operation keeps from forwards to backwards
  size_t work = 0;   // what it needs while it runs, in either direction
  // [input]: is its slope added to what is there, and is 0 to be put there before?
  std::vector<bool> adds, clears;
};

struct FusedPlan {
  std::vector<FusedPlace> nodes;
  size_t floats = 0;
};

FusedPlan PlanFused(const Network& network);

// What a recurrent operation keeps, positions outermost: offsets from FusedPlace::kept and work.
struct RecurrentPlaces {
  RecurrentPlaces(const Network& network, const Node& node);

  size_t examples, steps, in, width, parts;  // parts: blocks of `width` sums of a position
  // x [step, example, in], sums [step, example, parts·width], h and c [step + 1, example, width],
  // r∘h of a GRU [step, example, width].
  size_t x = 0, sums = 0, h = 0, c = 0, reset = 0, kept_size = 0;
  // Slopes of y [step, example, width] and of x; of one position's h, c and r∘h [example, width];
  // a product's copy of its weights, and the weights of h, copied for all positions.
  size_t dy = 0, dx = 0, dh = 0, dc = 0, dreset = 0, packed = 0, hidden = 0, work_size = 0;
};

}  // namespace paceline
