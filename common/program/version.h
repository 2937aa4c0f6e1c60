// What a program is, for --version.
#pragma once

#include <string>
#include <string_view>

namespace paceline {

// Four lines: the program with its version and commit; the protocol between workers and
// coordinator; the format of the coordinator's store; the engine's build id, which fingerprints
// carry.
std::string VersionText(std::string_view program);

}  // namespace paceline
