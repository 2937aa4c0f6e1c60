#include "common/base/descriptor.h"

#include <unistd.h>

#include <cerrno>
#include <cstddef>

namespace paceline {

bool Descriptor::Close() {
  const int fd = Release();
  return fd < 0 || ::close(fd) == 0;
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno != EINTR) return false;
    if (put > 0) bytes.remove_prefix(static_cast<size_t>(put));
  }
  return true;
}

}  // namespace paceline
