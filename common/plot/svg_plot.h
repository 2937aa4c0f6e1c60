// Line plots as SVG, for a browser.
#pragma once

#include <string>
#include <vector>

namespace paceline {

struct CurvePoint {
  double x = 0;
  double y = 0;
  double low = 0, high = 0;  // of the shaded band
};

struct Curve {
  std::string title;
  std::vector<CurvePoint> points{};  // by rising x
};

struct Panel {
  std::string title;
  std::string x_title;
  std::string y_title;
  std::vector<Curve> curves{};  // drawn in order, the first on top; so does the legend list them
  bool logarithmic_x = false;   // all x are positive
  bool whole = false;           // nothing is cut off
};

// A picture of the panels, two beside each other, each over its legend. The y axis is logarithmic
// where all values are positive and span more than a factor of 30; what lies far above the curves'
// starts is cut off unless the panel is to be whole. Points with a y that is not finite are left
// out.
std::string DrawSvg(const std::vector<Panel>& panels);

}  // namespace paceline
