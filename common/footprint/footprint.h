// The memory that a job's inner runs take on a worker, from its config alone.
//
// An estimate: tests hold a block within 15 % of what the fused tier allocates, and state to the
// byte; the torch tier's temporaries are LibTorch's own and known within a third. While a data set
// is read, 60 MB more are in use for a moment.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "paceline/v1/job_config.pb.h"

namespace paceline {

// Of the job's largest task.
struct Footprint {
  uint64_t particle_bytes = 0;  // held between windows by one particle: its runs
  uint64_t block_bytes = 0;     // held by one block: its particles and its scratch
  uint64_t snapshot_bytes = 0;  // of a block's state on disk, without the text around it
  uint64_t thread_bytes = 0;    // while a window runs
  uint64_t data_bytes = 0;      // the data sets of all tasks, once per worker
  uint64_t program_bytes = 0;   // the worker itself, LibTorch included
  uint32_t blocks = 0;

  // Held by a worker with so many threads and blocks.
  uint64_t Total(uint64_t held_blocks, int threads) const {
    return program_bytes + data_bytes + held_blocks * block_bytes +
           static_cast<uint64_t>(threads) * thread_bytes;
  }
};

// `config` is valid (common/config).
Footprint FootprintOf(const v1::JobConfig& config);

// Blocks that a worker of that much memory and so many threads can hold. 0: not one.
uint64_t BlocksThatFit(const Footprint& footprint, uint64_t memory, int threads);

// ResourceExhausted, with what it takes and the largest block that would fit, if the memory does
// not hold one block; `memory` 0 is unknown and takes everything.
absl::Status CheckFits(const v1::JobConfig& config, uint64_t memory, int threads);

// "50.6 kB a run of ...": one line for people, no end of line.
std::string FootprintText(const v1::JobConfig& config);

}  // namespace paceline
