// The options and commands of a program. They are CLI11's, whose header takes longer to compile
// than most files of ours and is known to this folder and common/program alone.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace paceline {

// An option just added, to say more of it. Lives as long as its command.
class Option {
 public:
  explicit Option(CLI::Option& option) : option_(option) {}

  // What --help calls a value.
  Option& TypeName(const std::string& name);
  // --help shows the value that the variable has now.
  Option& ShowDefault();
  Option& Required();
  // May be given several times, with one value each.
  Option& Repeatable();
  // One word may hold several values.
  Option& Delimiter(char delimiter);
  // Where the value comes from if the command line has none.
  Option& Environment(const std::string& variable);

  // Both ends included; T is int, int64_t, uint32_t or double.
  template <class T>
  Option& Range(T low, T high);
  Option& NotNegative();
  Option& OneOf(const std::vector<std::string>& values);
  Option& ExistingFolder();
  // `check` says what is wrong with a value, or nothing.
  Option& Check(std::function<std::string(const std::string&)> check);

 private:
  CLI::Option& option_;
};

// A program, or one of its commands.
class Command {
 public:
  // A program.
  Command(const std::string& description, const std::string& name);
  ~Command();
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  // `names` is "NAME" of an argument by its place, or "--long,-s". `value` outlives the command,
  // and what it has is the default. T: what command.cc lists.
  template <class T>
  Option AddOption(const std::string& names, T& value, const std::string& help = "");
  Option AddFlag(const std::string& name, bool& value, const std::string& help);
  // Lives as long as this one. `run` is called once the whole line was understood, if the command
  // was given.
  Command& AddCommand(const std::string& name, const std::string& description,
                      std::function<void()> run);
  // One command must be given.
  void RequireCommand();
  // What stands below --help.
  void Footer(const std::string& text);
  // Called after the command's own words were understood and before it runs.
  void AfterParsing(std::function<void()> call);
  // Words that are not known, --help among them, are another program's: they stay in remaining().
  void PassOn();
  std::vector<std::string> remaining() const;

  CLI::App& app() { return app_; }

 private:
  explicit Command(CLI::App& app);

  std::unique_ptr<CLI::App> own_;  // of a program
  CLI::App& app_;
  std::vector<std::unique_ptr<Command>> commands_;
};

}  // namespace paceline
