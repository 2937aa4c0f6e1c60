#include "worker/bench/numbers_bench.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <thread>

#include "common/estimator/gradient.h"
#include "common/lopt/layout.h"
#include "common/noise/streams.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "worker/bench/cases.h"

namespace paceline {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsOf(const std::function<void()>& body) {
  const Clock::time_point begin = Clock::now();
  body();
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

nlohmann::ordered_json Row(const char* section, const std::string& name, int threads, double value,
                           const char* unit) {
  return {
      {"section", section}, {"name", name}, {"threads", threads}, {"value", value}, {"unit", unit}};
}

// Normals a second with so many threads, each on its own particle.
double NormalsPerSecond(int threads, size_t length) {
  const size_t repeats = 60'000'000 / length;
  const double seconds = SecondsOf([&] {
    std::vector<std::jthread> running;
    running.reserve(threads);
    for (int t = 0; t < threads; ++t) {
      running.emplace_back([=] {
        std::vector<float> sum(length);
        for (size_t i = 0; i < repeats; ++i) {
          const Stream stream{.key = 1,
                              .purpose = Purpose::kPerturbation,
                              .particle = static_cast<uint32_t>(t),
                              .step = static_cast<uint32_t>(i)};
          AddScaledNormals(0.1f, stream, 0, sum);
        }
      });
    }
  });
  return static_cast<double>(repeats * length) * threads / seconds;
}

v1::JobConfig AggregationConfig(bool pes, uint32_t particles) {
  v1::JobConfig config;
  config.set_seed(1);
  v1::WindowedEstimator& windowed = pes ? *config.mutable_estimator()->mutable_pes()
                                        : *config.mutable_estimator()->mutable_nres();
  windowed.set_window(50);
  windowed.set_sigma(0.01);
  config.mutable_estimator()->set_particles(particles);
  config.mutable_estimator()->set_block(8);
  config.mutable_episode()->mutable_constant()->set_steps(1000);
  config.add_tasks()->mutable_quadratic()->set_dimension(1);
  config.mutable_tasks(0)->set_weight(1);
  return config;
}

// The shortest of a few outer steps.
double GradientSeconds(bool pes, uint32_t particles, size_t parameters, int threads) {
  const v1::JobConfig config = AggregationConfig(pes, particles);
  GradientEstimator estimator(config, parameters, threads);
  const std::vector<ParticleScalars> scalars(particles,
                                             {.sum_plus = 2, .sum_minus = 1, .trained_steps = 50});
  double best = 1e9, total = 0;
  for (int i = 0; i < 20 && (i < 2 || total < 2); ++i) {
    bool ok = false;
    const double seconds = SecondsOf([&] { ok = estimator.Estimate(scalars).ok(); });
    if (!ok) return -1;
    best = std::min(best, seconds);
    total += seconds;
  }
  return best;
}

}  // namespace

std::vector<nlohmann::ordered_json> RunNoiseSection(int threads) {
  std::vector<nlohmann::ordered_json> rows;
  rows.push_back(Row("noise", "normals, 2,409 each", 1, NormalsPerSecond(1, 2409), "/s"));
  if (threads > 1) {
    rows.push_back(
        Row("noise", "normals, 2,409 each", threads, NormalsPerSecond(threads, 2409), "/s"));
  }
  return rows;
}

std::vector<nlohmann::ordered_json> RunAggregationSection(int threads) {
  std::vector<nlohmann::ordered_json> rows;
  const auto add = [&](const char* name, bool pes, uint32_t particles, size_t parameters) {
    rows.push_back(Row("aggregation", name, threads,
                       1e3 * GradientSeconds(pes, particles, parameters, threads), "ms"));
  };
  add("nres, 64 particles x 197", false, 64, 197);
  add("nres, 4,096 particles x 2,409", false, 4096, 2409);
  add("pes, 4,096 particles x 2,409", true, 4096, 2409);
  add("nres, 256 particles x 2,320,385", false, 256, 2320385);
  return rows;
}

}  // namespace paceline
