// How a baseline's learning rate runs over a training.
#pragma once

#include <cstdint>
#include <vector>

namespace paceline {

// The numbers are the values of the hyperparameter "schedule".
enum class ScheduleKind {
  kConstant = 0,
  kLinear = 1,
  kCosine = 2,
  kInverseRoot = 3,
  kExponential = 4,
  kPiecewise = 5,
  kLibraryCosine = 6,
  kLibraryInverseRoot = 7,
};

// With T updates, i of them done, w = ⌈warmup·T⌉ or where it is given warmup_updates, and a fall
// that begins at b = max(w, ⌈hold·T⌉): the factor on the peak rate in the next update is (i + 1)/w
// while i < w (so no update is wasted), 1 until b, and then with x = (i − b)/(T − b) and the floor
// f
//   constant           1
//   linear             f + (1 − f)·(1 − x)
//   cosine             f + (1 − f)·(1 + cos πx)/2
//   inverse root       max(f, √(max(b, 1)/(i − b + max(b, 1))))
//   exponential        decay > 0: max(f, (1 − decay)^(i − b)); else f^x, f = 0 standing for 0.01
//   piecewise linear   through (points·T, factors), constant before the first and after the last,
//                      from the training's start on and times min(1, (i + 1)/w)
// From T on linear and cosine stay at f. What google/learned_optimization has otherwise:
//   library's cosine   with warmup > 0 it rises as i/w, w = T·max(warmup, hold), and then is where
//                      the cosine that began at hold·T is, down to f at T
//   library's root     min(t/w, √(w/t)), w not rounded, t = max(i, 1)
// cos, exp and ln are made of IEEE operations (common/lane/portable_math.h): the same bits
// everywhere.
struct Schedule {
  ScheduleKind kind = ScheduleKind::kConstant;
  double warmup = 0, hold = 0;  // parts of the training
  double warmup_updates = 0;    // instead of warmup, unless 0
  double floor = 0;
  double decay = 0;
  std::vector<double> points = {}, factors = {};  // rising; of equal number, at least one
};

double ScheduleFactor(const Schedule& schedule, int64_t update, int64_t updates);

}  // namespace paceline
