// The rectangle between a plot's axes.
#pragma once

#include <string>
#include <vector>

#include "common/plot/axis.h"
#include "common/plot/line_plot.h"

namespace paceline {

struct Box {
  double left = 0, right = 0, top = 0, bottom = 0;

  double width() const { return right - left; }
  double height() const { return bottom - top; }
};

// The axes of a plot within a box, and lines in them.
class PlotFrame {
 public:
  PlotFrame(const LinePlot& plot, const Box& box);

  const Box& box() const { return box_; }
  // Clamped to the box.
  double X(double x) const;
  double Y(double y) const;

  // Axes with ticks; few where the plot is small.
  std::string Axes(bool small) const;
  std::string Grounds() const;  // shade and level
  std::string Line(const Series& series, double width) const;
  // Where its last point is.
  double EndY(const Series& series) const;

 private:
  std::string Points(const Series& series) const;
  std::string Dots(const Series& series) const;
  std::string SomeMarkers(const Series& series) const;
  std::vector<Tick> XTicks() const;

  const LinePlot& plot_;
  Box box_;
  Axis x_, y_;
};

}  // namespace paceline
