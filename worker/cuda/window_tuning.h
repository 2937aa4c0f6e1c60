// How the fused-window kernel is laid out on a device.
#pragma once

namespace paceline::cuda {

// Changes no bits.
struct WindowTuning {
  // Of a block, at most 256; 0: as many as the registers allow.
  int threads = 0;
  // Blocks that are to share a multiprocessor's shared memory and registers.
  int blocks_per_multiprocessor = 2;
};

}  // namespace paceline::cuda
