#include "common/base/standard_output.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

namespace paceline {

int CloseStandardOutput(std::string_view program, int status, std::ostream& out,
                        std::ostream& err) {
  errno = 0;
  out.flush();
  // What std::cout could not write is still in the C stream: trying again tells why.
  const bool flushed = std::fflush(stdout) == 0;
  const int reason = errno;
  if (out && flushed && std::ferror(stdout) == 0) return status;
  err << program << ": cannot write to standard output"
      << (reason != 0 ? std::string(": ") + std::strerror(reason) : "") << std::endl;
  return status != 0 ? status : 1;
}

}  // namespace paceline
