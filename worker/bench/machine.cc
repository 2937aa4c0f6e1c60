#include "worker/bench/machine.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <functional>
#include <thread>
#include <vector>

#include "common/base/processor_name.h"
#include "common/lane/dispatch.h"
#include "fmt/format.h"
#include "worker/bench/peak_kernel.h"

namespace paceline {

namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Runs body(thread) on all threads at once; seconds until the last is done.
double OnThreads(int threads, const std::function<void(int)>& body) {
  const Clock::time_point begin = Clock::now();
  {
    std::vector<std::jthread> running;
    running.reserve(threads);
    for (int i = 0; i < threads; ++i) running.emplace_back(body, i);
  }
  return SecondsSince(begin);
}

// Written, so that no compiler leaves out what is timed.
std::atomic<float> kept;

double PeakOnce(int threads) {
  const lane::Target target = lane::ActiveTarget();
  const auto function = target == lane::Target::kAvx512 ? simd_Avx512::FusedMultiplyAdds
                        : target == lane::Target::kAvx2 ? simd_Avx2::FusedMultiplyAdds
                                                        : simd_Scalar::FusedMultiplyAdds;
  const long rounds = target == lane::Target::kScalar ? 1'000'000 : 16'000'000;
  std::vector<size_t> counts(threads);
  const double seconds = OnThreads(threads, [&](int i) {
    float numbers[kMostPeakNumbers];
    for (size_t n = 0; n < kMostPeakNumbers; ++n) numbers[n] = 0.001f * static_cast<float>(n);
    counts[i] = function(rounds, numbers);
    kept.store(numbers[0], std::memory_order_relaxed);
  });
  return 2e-9 * static_cast<double>(rounds) * static_cast<double>(counts[0]) * threads / seconds;
}

uint64_t StatusKilobytes(const std::string& key) {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    uint64_t value = 0;
    if (word == key && status >> value) return value * 1024;
  }
  return 0;
}

}  // namespace

double MeasurePeakGflops(int threads, double seconds) {
  const Clock::time_point begin = Clock::now();
  double best = 0;
  do {
    best = std::max(best, PeakOnce(threads));
  } while (SecondsSince(begin) < seconds);
  return best;
}

double MeasureBandwidthGbs(int threads, double seconds) {
  const long l3 = std::max(sysconf(_SC_LEVEL3_CACHE_SIZE), 16L << 20);
  const size_t each = static_cast<size_t>(l3) / sizeof(float) / static_cast<size_t>(threads);
  struct Arrays {
    std::vector<float> a, b, c;
  };
  // Each array is as large as the last cache: three of them exceed it.
  std::vector<Arrays> arrays(threads);
  OnThreads(threads, [&](int i) {
    arrays[i] = {std::vector<float>(each), std::vector<float>(each, 1.0f),
                 std::vector<float>(each, 2.0f)};
  });
  const double bytes = 3.0 * sizeof(float) * static_cast<double>(each) * threads;
  const Clock::time_point begin = Clock::now();
  double best = 0;
  do {
    const double taken = OnThreads(threads, [&](int t) {
      Arrays& own = arrays[t];
      for (size_t i = 0; i < each; ++i) own.a[i] = own.b[i] + 0.5f * own.c[i];
      kept.store(own.a[each / 2], std::memory_order_relaxed);
    });
    best = std::max(best, 1e-9 * bytes / taken);
  } while (SecondsSince(begin) < seconds);
  return best;
}

std::string MachineName() {
  return fmt::format("{}, {} threads, {}", ProcessorName(), std::thread::hardware_concurrency(),
                     lane::TargetName(lane::ActiveTarget()));
}

uint64_t PeakRssBytes() { return StatusKilobytes("VmHWM:"); }
void ResetPeakRss() { std::ofstream("/proc/self/clear_refs") << "5"; }

}  // namespace paceline
