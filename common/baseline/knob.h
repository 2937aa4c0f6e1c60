// One hyperparameter of a hand-designed optimizer: what it may be, and where a search looks.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace paceline {

// How a search measures distances.
enum class Scale {
  kLog,
  kLogOfComplement,  // of 1 − x: decays
  kLinear,
  kChoice,  // a few values, none between
};

// Which values mean anything.
enum class Domain {
  kAny,          // any finite number
  kPositive,     // > 0
  kNonNegative,  // ≥ 0
  kDecay,        // 0 ≤ x < 1
  kFraction,     // 0 ≤ x ≤ 1
  kCount,        // 1, 2, 3, ...
  kChoice,       // the choices
};

struct Knob {
  std::string_view name;   // in settings: "learning_rate"
  std::string_view label;  // for people: "rate"
  double otherwise = 0;    // its default
  Domain domain = Domain::kAny;
  Scale scale = Scale::kLinear;
  double low = 0, high = 0;          // the range that a search draws from
  std::vector<double> choices = {};  // of kChoice: all of them
  std::vector<std::string_view> words =
      {};                 // of the choices, where numbers say nothing; else empty
  size_t drawn = 0;       // of kChoice: a search draws from the first so many; 0: from all
  bool searched = false;  // a random search varies it; else it stays at its default unless set
};

// What a random search draws with a uniform number of [0, 1).
double KnobAt(const Knob& knob, double uniform);
// The inverse, as far as there is one: where in its range a value lies, 0 at its low end and 1 at
// its high end or beyond. Of a choice: its number over that of the last.
double PlaceOf(const Knob& knob, double value);

enum class Side { kLow, kHigh };
// The same knob with its range wider by a factor of ten (on a linear scale: by its own width) on
// one side, as far as its domain goes; choices stay.
Knob Widened(const Knob& knob, Side side);

}  // namespace paceline
