#include "coordinator/cli/local/become.h"

#include <unistd.h>

#include <cerrno>

#include "fmt/format.h"

namespace paceline {

absl::Status Become(const std::string& program, const std::vector<std::string>& arguments) {
  std::vector<char*> pointers = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) {
    pointers.push_back(const_cast<char*>(argument.c_str()));
  }
  pointers.push_back(nullptr);
  execv(program.c_str(), pointers.data());
  return absl::ErrnoToStatus(errno, fmt::format("cannot run {}", program));
}

}  // namespace paceline
