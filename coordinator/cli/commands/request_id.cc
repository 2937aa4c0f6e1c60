#include "coordinator/cli/commands/request_id.h"

#include <random>

#include "fmt/format.h"

namespace paceline {

std::string RandomRequestId() {
  std::random_device random;
  std::string id;
  for (int i = 0; i < 4; ++i) id += fmt::format("{:08x}", random());
  return id;
}

}  // namespace paceline
