#include "common/program/command_line.h"

#include <algorithm>

#include "CLI/CLI.hpp"
#include "common/program/version.h"
#include "common/text/suggest.h"
#include "fmt/format.h"

namespace paceline {
namespace {

// The command that was given, or the program itself.
const CLI::App& Given(const CLI::App& app) {
  const auto commands = app.get_subcommands();
  return commands.empty() ? app : Given(*commands.back());
}

std::vector<std::string> CommandsOf(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

std::vector<std::string> FlagsOf(const CLI::App& app) {
  std::vector<std::string> flags;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
    for (const std::string& name : option->get_snames()) flags.push_back("-" + name);
  }
  return flags;
}

// "paceline certs issue"
std::string PathOf(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return parent == nullptr ? command.get_name() : PathOf(*parent) + " " + command.get_name();
}

std::string UnknownText(const CLI::App& app, const std::string& word) {
  const CLI::App& given = Given(app);
  const bool flag = word.starts_with("-");
  const std::string name = flag ? word.substr(0, word.find('=')) : word;
  const std::string meant = Suggestion(name, flag ? FlagsOf(given) : CommandsOf(given));
  const std::string path = PathOf(given);
  if (flag) return fmt::format("there is no option {}{}; {} --help lists them", name, meant, path);
  if (!CommandsOf(given).empty()) {
    return fmt::format("there is no command \"{}\"{}; {} --help lists them", name, meant, path);
  }
  return fmt::format("\"{}\" is one argument too many; see {} --help", word, path);
}

// The first argument that is neither a command nor an option of the program.
std::string UnknownCommand(const CLI::App& app, const std::vector<std::string>& arguments) {
  const std::vector<std::string> commands = CommandsOf(app);
  if (commands.empty() || arguments.empty() || arguments[0].starts_with("-")) return "";
  const bool known = std::find(commands.begin(), commands.end(), arguments[0]) != commands.end();
  return known ? "" : arguments[0];
}

}  // namespace

std::string Suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string meant = Nearest(word, candidates);
  return meant.empty() ? "" : fmt::format(" (did you mean {}?)", meant);
}

void AddVersionFlag(Command& program) {
  CLI::App& app = program.app();
  app.set_version_flag(
      "--version", [&app] { return VersionText(app.get_name()); },
      "Print version, commit, protocol, store format and engine build");
}

std::optional<int> ParseCommandLine(Command& program, const std::vector<std::string>& arguments,
                                    std::ostream& out, std::ostream& err) {
  CLI::App& app = program.app();
  const auto refuse = [&](const std::string& word) {
    err << app.get_name() << ": " << UnknownText(app, word) << "\n";
    return kWrongUsage;
  };
  if (const std::string word = UnknownCommand(app, arguments); !word.empty()) return refuse(word);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForVersion& version) {
    out << version.what();
    return 0;
  } catch (const CLI::Success& help) {
    app.exit(help, out, err);
    return 0;
  } catch (const CLI::ParseError& error) {
    // Of several faults a misspelt word is told first: it may be the cause of the others.
    const std::vector<std::string> unknown = app.remaining(/*recurse=*/true);
    if (!unknown.empty() && !Given(app).get_allow_extras()) return refuse(unknown.front());
    app.exit(error, out, err);
    return kWrongUsage;
  }
  return std::nullopt;
}

std::optional<int> ParseProgram(Command& program, int argc, char** argv) {
  AddVersionFlag(program);
  return ParseCommandLine(program, {argv + 1, argv + argc});
}

}  // namespace paceline
