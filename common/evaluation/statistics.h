// Figures over seeds and over cases.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace paceline {

// Ends of a 95 % interval. Infinite where one value alone says nothing.
struct Interval {
  double low = 0;
  double high = 0;
};

// A mean over independent runs.
struct SampleMean {
  double mean = 0;
  double deviation = 0;  // of a sample (n − 1); 0 for one value
  Interval interval{};   // of the mean, by Student's t
};

// A figure whose interval was resampled.
struct Estimate {
  double value = 0;
  Interval interval{};
};

// None of these takes an empty list.
double MeanOf(std::span<const double> values);
SampleMean SampleMeanOf(std::span<const double> values);
double MedianOf(std::vector<double> values);
// Mean of the middle half: a quarter of the values is cut off at each end, a part of one where
// their number is no multiple of four.  (R. Agarwal et al., "Deep reinforcement learning at the
// edge of the statistical precipice", NeurIPS 2021.)
double InterquartileMean(std::vector<double> values);
// From the 2.5th to the 97.5th percentile of what resampling gave.
Interval PercentileInterval(std::vector<double> replicates);

// 97.5 % of Student's distribution lie below it; `degrees` ≥ 1.
double StudentQuantile(size_t degrees);

}  // namespace paceline
