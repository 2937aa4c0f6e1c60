// What is read off a process and off a list of times.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

namespace paceline {

// Of the process now, and at most so far; 0 if there is none.
uint64_t ResidentBytes(pid_t pid);
uint64_t PeakResidentBytes(pid_t pid);
// Of all threads, user and system.
double CpuSeconds(pid_t pid);
int CountDescriptors(pid_t pid);
int CountThreads(pid_t pid);

// The value that a share of so much is not above; 0 of none.
double Quantile(std::vector<double> values, double share);

}  // namespace paceline
