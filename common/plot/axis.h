// From values to places along an axis, and its ticks.
#pragma once

#include <string>
#include <vector>

namespace paceline {

struct Tick {
  double value = 0;
  std::string label;
};

class Axis {
 public:
  // Values low < high lie at places from..to. `logarithmic`: both are positive.
  Axis(double low, double high, bool logarithmic, double from, double to);

  double Place(double value) const;
  // Round values inside the axis, 1, 2 or 5 times a power of ten apart; decades (and, where these
  // are few, their 2- and 5-folds) if logarithmic.
  std::vector<Tick> Ticks() const;

 private:
  double low_, high_;
  bool logarithmic_;
  double from_, to_;
};

}  // namespace paceline
