// What a plug-in that was built against headers of another time gives: nothing behind the version
// is to be looked at.
#include <cstdint>

namespace {
struct OldContents {
  uint32_t abi = 0;
  const char* build = nullptr;
};
}  // namespace

extern "C" const OldContents* paceline_plugin() {
  static const OldContents contents;
  return &contents;
}
