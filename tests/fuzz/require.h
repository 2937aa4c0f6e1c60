#pragma once

#include <cstdio>
#include <cstdlib>

// Aborts with the text of the condition, as fuzzers want it.
#define PACELINE_REQUIRE(condition)                                                \
  do {                                                                             \
    if (!(condition)) {                                                            \
      std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                \
    }                                                                              \
  } while (false)
