#include "common/program/version.h"

#include "common/base/protocol.h"
#include "fmt/format.h"
#include "paceline_build_id.h"
#include "paceline_commit.h"

namespace paceline {

std::string VersionText(std::string_view program) {
  return fmt::format("{} " PACELINE_VERSION " (commit " PACELINE_COMMIT
                     ")\n"
                     "protocol {} to {}\nstore format {}\nengine build " PACELINE_ENGINE_BUILD_ID
                     "\n",
                     program, kOldestProtocolVersion, kProtocolVersion, kStoreFormat);
}

Build BuildOf() { return {.version = PACELINE_VERSION, .commit = PACELINE_COMMIT}; }

std::string ShortVersionText(std::string_view program) {
  return fmt::format("{} " PACELINE_VERSION " (" PACELINE_COMMIT ")", program);
}

}  // namespace paceline
