// libFuzzer's way in; PACELINE_FUZZ_TARGET is one of tests/fuzz/harness.h.
#include <google/protobuf/stubs/logging.h>

#include <cstddef>
#include <cstdint>

#include "tests/fuzz/harness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const google::protobuf::LogSilencer silencer;
  paceline::fuzz::PACELINE_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
