// What a program is, for --version.
#pragma once

#include <string>
#include <string_view>

namespace paceline {

// Four lines: the program with its version and commit; the protocol between workers and
// coordinator; the format of the coordinator's store; the engine's build id, which fingerprints
// carry.
std::string VersionText(std::string_view program);

struct Build {
  std::string version;  // "0.14.0"
  std::string commit;   // "1a2b3c4"
};
Build BuildOf();
// "paceline-worker 0.14.0 (1a2b3c4)", to be told to others.
std::string ShortVersionText(std::string_view program);

}  // namespace paceline
