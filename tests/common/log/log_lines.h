// What a program would write to its log, as lines.
#pragma once

#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include "spdlog/formatter.h"
#include "spdlog/sinks/ostream_sink.h"
#include "spdlog/spdlog.h"

namespace paceline {

class LogLines {
 public:
  explicit LogLines(std::unique_ptr<spdlog::formatter> formatter)
      : logger_("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(stream_)) {
    logger_.set_level(spdlog::level::trace);
    logger_.set_formatter(std::move(formatter));
  }

  spdlog::logger& logger() { return logger_; }
  // What was written since the last call.
  std::string Take() {
    const std::string text = stream_.str();
    stream_.str("");
    return text;
  }

 private:
  std::ostringstream stream_;
  spdlog::logger logger_;
};

}  // namespace paceline
