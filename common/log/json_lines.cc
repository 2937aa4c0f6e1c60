#include "common/log/json_lines.h"

#include <chrono>
#include <string>
#include <variant>

#include "common/log/fields.h"
#include "common/log/redact.h"
#include "fmt/chrono.h"
#include "nlohmann/json.hpp"
#include "spdlog/details/log_msg.h"

namespace paceline {
namespace {

std::string TimeText(std::chrono::system_clock::time_point time) {
  const auto millis = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(millis);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds.count()),
                     (millis - seconds).count());
}

std::string Text(spdlog::string_view_t text) { return Redacted({text.data(), text.size()}); }

class Formatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
    nlohmann::ordered_json json = {{"time", TimeText(message.time)},
                                   {"level", Text(spdlog::level::to_string_view(message.level))},
                                   {"logger", Text(message.logger_name)},
                                   {"message", Text(message.payload)}};
    for (const LogField& field : CurrentLogFields()) {
      const std::string key(field.key);
      if (const auto* number = std::get_if<int64_t>(&field.value)) {
        json[key] = *number;
      } else {
        json[key] = Redacted(std::get<std::string>(field.value));
      }
    }
    using Json = nlohmann::ordered_json;
    const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    line.append(text.data(), text.data() + text.size());
  }

  std::unique_ptr<spdlog::formatter> clone() const override { return JsonLines(); }
};

}  // namespace

std::unique_ptr<spdlog::formatter> JsonLines() { return std::make_unique<Formatter>(); }

}  // namespace paceline
