// What this machine can do at most, measured in the same run as the benchmarks.
#pragma once

#include <cstdint>
#include <string>

namespace paceline {

// 1e9 float32 operations a second in independent fused multiply-adds on registers, all threads
// together; the best of short measurements for as many seconds, of one at least.
double MeasurePeakGflops(int threads, double seconds);
// 1e9 bytes a second of a ← b + s·c over arrays that exceed the last cache, all threads together;
// the best sweep of as many seconds.
double MeasureBandwidthGbs(int threads, double seconds);

// "AMD EPYC, 2 threads": /proc/cpuinfo's model name.
std::string MachineName();

// Highest resident memory since ResetPeakRss, or since the program's start where the kernel does
// not allow a reset.
uint64_t PeakRssBytes();
void ResetPeakRss();

}  // namespace paceline
