#include "common/command/command.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "CLI/CLI.hpp"

namespace paceline {

Option& Option::TypeName(const std::string& name) {
  option_.type_name(name);
  return *this;
}

Option& Option::ShowDefault() {
  option_.capture_default_str();
  return *this;
}

Option& Option::Required() {
  option_.required();
  return *this;
}

Option& Option::Repeatable() {
  option_.expected(1)->take_all();
  return *this;
}

Option& Option::Delimiter(char delimiter) {
  option_.delimiter(delimiter);
  return *this;
}

Option& Option::Environment(const std::string& variable) {
  option_.envname(variable);
  return *this;
}

template <class T>
Option& Option::Range(T low, T high) {
  option_.check(CLI::Range(low, high));
  return *this;
}

template Option& Option::Range(int, int);
template Option& Option::Range(int64_t, int64_t);
template Option& Option::Range(uint32_t, uint32_t);
template Option& Option::Range(double, double);

Option& Option::NotNegative() {
  option_.check(CLI::NonNegativeNumber);
  return *this;
}

Option& Option::OneOf(const std::vector<std::string>& values) {
  option_.check(CLI::IsMember(values));
  return *this;
}

Option& Option::ExistingFolder() {
  option_.check(CLI::ExistingDirectory);
  return *this;
}

Option& Option::Check(std::function<std::string(const std::string&)> check) {
  option_.check(std::move(check));
  return *this;
}

Command::Command(const std::string& description, const std::string& name)
    : own_(std::make_unique<CLI::App>(description, name)), app_(*own_) {}
Command::Command(CLI::App& app) : app_(app) {}
Command::~Command() = default;

template <class T>
Option Command::AddOption(const std::string& names, T& value, const std::string& help) {
  return Option(*app_.add_option(names, value, help));
}

template Option Command::AddOption(const std::string&, std::string&, const std::string&);
template Option Command::AddOption(const std::string&, int&, const std::string&);
template Option Command::AddOption(const std::string&, int64_t&, const std::string&);
template Option Command::AddOption(const std::string&, uint32_t&, const std::string&);
template Option Command::AddOption(const std::string&, double&, const std::string&);
template Option Command::AddOption(const std::string&, std::optional<int>&, const std::string&);
template Option Command::AddOption(const std::string&, std::optional<int64_t>&, const std::string&);
template Option Command::AddOption(const std::string&, std::vector<std::string>&,
                                   const std::string&);
template Option Command::AddOption(const std::string&, std::vector<int64_t>&, const std::string&);
template Option Command::AddOption(const std::string&, std::vector<uint32_t>&, const std::string&);
template Option Command::AddOption(const std::string&, std::vector<double>&, const std::string&);

Option Command::AddFlag(const std::string& name, bool& value, const std::string& help) {
  return Option(*app_.add_flag(name, value, help));
}

Command& Command::AddCommand(const std::string& name, const std::string& description,
                             std::function<void()> run) {
  CLI::App& command = *app_.add_subcommand(name, description);
  command.callback(std::move(run));
  return *commands_.emplace_back(new Command(command));
}

void Command::RequireCommand() { app_.require_subcommand(1); }

void Command::Footer(const std::string& text) { app_.footer(text); }

void Command::AfterParsing(std::function<void()> call) {
  app_.parse_complete_callback(std::move(call));
}

void Command::PassOn() {
  app_.allow_extras();
  app_.set_help_flag();
}

std::vector<std::string> Command::remaining() const { return app_.remaining(); }

}  // namespace paceline
