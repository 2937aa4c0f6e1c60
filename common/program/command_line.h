// What the command lines of all programs have in common.
#pragma once

#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/command/command.h"

namespace paceline {

inline constexpr int kWrongUsage = 2;  // exit status of every program

// The first word that `program` and the command that was given do not know is named, with what was
// probably meant; --help and --version are answered on `out`. Empty: go on; else what main returns.
// `arguments` without the program's own name.
std::optional<int> ParseCommandLine(Command& program, const std::vector<std::string>& arguments,
                                    std::ostream& out = std::cout, std::ostream& err = std::cerr);
// For main, whose program has no commands: adds --version first.
std::optional<int> ParseProgram(Command& program, int argc, char** argv);

// --version, which prints VersionText of the program's name.
void AddVersionFlag(Command& program);

// " (did you mean X?)", or nothing if no candidate is near.
std::string Suggestion(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace paceline
