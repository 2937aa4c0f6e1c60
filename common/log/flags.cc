#include "common/log/flags.h"

#include <iostream>
#include <memory>

#include "common/log/json_lines.h"
#include "common/log/text_lines.h"
#include "spdlog/sinks/stdout_color_sinks.h"
#include "spdlog/spdlog.h"

namespace paceline {
namespace {

bool logs_json = false;

}  // namespace

void AddLogFormatFlag(Command& command, LogFlags& flags) {
  command.AddOption("--log-format", flags.format, "Lines for people, or a JSON object each")
      .OneOf({"text", "json"})
      .ShowDefault();
}

void AddLogFlags(Command& command, LogFlags& flags) {
  AddLogFormatFlag(command, flags);
  command.AddOption("--log-level", flags.level, "How much to say on standard error")
      .OneOf({"trace", "debug", "info", "warn", "error"})
      .ShowDefault();
}

void SetUpLog(const std::string& name, const LogFlags& flags) {
  logs_json = flags.json();
  auto logger = std::make_shared<spdlog::logger>(
      name, std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  logger->set_formatter(flags.json() ? JsonLines() : TextLines());
  spdlog::set_default_logger(std::move(logger));
  spdlog::set_level(spdlog::level::from_str(flags.level));
}

void LogComplaint(const std::string& program, const std::string& text) {
  if (logs_json) {
    spdlog::critical("{}", text);
  } else {
    std::cerr << program << ": " << text << std::endl;
  }
}

}  // namespace paceline
