#include "worker/task/torch_program.h"

#include <algorithm>

#include "worker/task/batches.h"

namespace paceline {

namespace {

// The two signs of a particle have the same batch and the same draws.
bool DrewBefore(std::span<const RunSeed> seeds, std::span<const int64_t> first, size_t run) {
  return run > 0 && seeds[run] == seeds[run - 1] && first[run] == first[run - 1];
}

std::vector<int64_t> BatchTable(const TorchProgram& program, std::span<const RunSeed> seeds,
                                std::span<const int64_t> first, int64_t count) {
  std::vector<int64_t> table;
  if (program.batch == 0) return table;
  table.reserve(count * seeds.size() * program.batch);
  std::vector<uint32_t> drawn(program.batch);
  for (int64_t step = 0; step < count; ++step) {
    for (size_t run = 0; run < seeds.size(); ++run) {
      if (!DrewBefore(seeds, first, run)) {
        FillIndices(BatchStream(seeds[run], first[run] + step), 0,
                    static_cast<uint32_t>(program.rows), drawn);
      }
      table.insert(table.end(), drawn.begin(), drawn.end());
    }
  }
  return table;
}

std::vector<float> StepTable(const TorchProgram& program, std::span<const RunSeed> seeds,
                             std::span<const int64_t> first, int64_t count) {
  const auto floats = static_cast<size_t>(program.step_floats);
  std::vector<float> table(static_cast<size_t>(count) * seeds.size() * floats);
  if (floats == 0) return table;
  for (size_t place = 0; place < static_cast<size_t>(count) * seeds.size(); ++place) {
    const size_t run = place % seeds.size();
    const auto step = static_cast<int64_t>(place / seeds.size());
    const std::span<float> own = std::span(table).subspan(place * floats, floats);
    if (DrewBefore(seeds, first, run)) {
      std::copy_n(own.data() - floats, floats, own.data());
    } else {
      program.fill_step(seeds[run], first[run] + step, own);
    }
  }
  return table;
}

}  // namespace

StepTables TablesOf(const TorchProgram& program, std::span<const RunSeed> seeds,
                    std::span<const int64_t> first, int64_t count) {
  return {.rows = BatchTable(program, seeds, first, count),
          .draws = StepTable(program, seeds, first, count)};
}

std::vector<float> EpisodeTable(const TorchProgram& program, std::span<const RunSeed> seeds) {
  const auto floats = static_cast<size_t>(program.episode_floats);
  std::vector<float> table(seeds.size() * floats);
  if (floats == 0) return table;
  for (size_t run = 0; run < seeds.size(); ++run) {
    program.fill_episode(seeds[run], std::span(table).subspan(run * floats, floats));
  }
  return table;
}

}  // namespace paceline
