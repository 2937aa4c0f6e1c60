// What this process uses of its machine.
#pragma once

#include <cstdint>

namespace paceline {

struct ProcessUse {
  double cpu_seconds = 0;  // of all threads, user and system
  uint64_t resident_bytes = 0;
  int threads = 0;
  int open_files = 0;
  int64_t most_files = 0;  // that it may have open
  double started = 0;      // Unix time, in seconds
};

// What the kernel does not tell is 0.
ProcessUse ReadProcessUse();
// That part alone.
uint64_t OwnResidentBytes();

}  // namespace paceline
