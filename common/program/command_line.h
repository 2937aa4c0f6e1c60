// What the command lines of all programs have in common.
#pragma once

#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace paceline {

inline constexpr int kWrongUsage = 2;  // exit status of every program

// The first word that `app` and the command that was given do not know is named, with what was
// probably meant; --help and --version are answered on `out`. Empty: go on; else what main returns.
// `arguments` without the program's own name.
std::optional<int> ParseCommandLine(CLI::App& app, const std::vector<std::string>& arguments,
                                    std::ostream& out = std::cout, std::ostream& err = std::cerr);
// For main, whose `app` has no commands: adds --version first.
std::optional<int> ParseProgram(CLI::App& app, int argc, char** argv);

// --version, which prints VersionText of the app's name.
void AddVersionFlag(CLI::App& app);

// " (did you mean X?)", or nothing if no candidate is near.
std::string Suggestion(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace paceline
