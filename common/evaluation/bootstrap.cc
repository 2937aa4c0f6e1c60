#include "common/evaluation/bootstrap.h"

#include "common/base/digest.h"
#include "common/noise/streams.h"
#include "fmt/format.h"

namespace paceline {
namespace {

// Under a key of their own, so that the purposes of trainings are free.
constexpr auto kRuns = static_cast<Purpose>(1);
constexpr auto kCases = static_cast<Purpose>(2);
constexpr auto kRunsOfCases = static_cast<Purpose>(3);

std::vector<uint32_t> Indices(uint64_t key, Purpose purpose, uint32_t particle, uint32_t number,
                              uint32_t count, uint32_t bound) {
  std::vector<uint32_t> indices(count);
  FillIndices({.key = key, .purpose = purpose, .particle = particle, .episode = number}, 0, bound,
              indices);
  return indices;
}

}  // namespace

Bootstrap::Bootstrap(uint64_t seed)
    : key_(std::stoull(Sha256Hex(fmt::format("bootstrap {}", seed)).substr(0, 16), nullptr, 16)) {}

std::vector<uint32_t> Bootstrap::RunCounts(uint32_t case_index, uint32_t number,
                                           uint32_t runs) const {
  std::vector<uint32_t> counts(runs, 0);
  for (const uint32_t run : Indices(key_, kRuns, case_index, number, runs, runs)) ++counts[run];
  return counts;
}

std::vector<Bootstrap::Draw> Bootstrap::Cases(uint32_t number, uint32_t cases) const {
  const auto places = Indices(key_, kCases, 0, number, cases, cases);
  const auto resamples = Indices(key_, kRunsOfCases, 0, number, cases, kResamples);
  std::vector<Draw> draws(cases);
  for (uint32_t i = 0; i < cases; ++i) draws[i] = {places[i], resamples[i]};
  return draws;
}

}  // namespace paceline
