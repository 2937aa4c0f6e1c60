#include "common/log/text_lines.h"

#include <string>

#include "common/log/redact.h"
#include "common/text/printable.h"
#include "spdlog/details/log_msg.h"
#include "spdlog/pattern_formatter.h"

namespace paceline {
namespace {

class Formatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
    const std::string text = Printable(Redacted({message.payload.data(), message.payload.size()}));
    spdlog::details::log_msg safe = message;
    safe.payload = text;
    pattern_.format(safe, line);
    // Where the level stands, for the colour.
    message.color_range_start = safe.color_range_start;
    message.color_range_end = safe.color_range_end;
  }

  std::unique_ptr<spdlog::formatter> clone() const override { return TextLines(); }

 private:
  spdlog::pattern_formatter pattern_{"%+"};
};

}  // namespace

std::unique_ptr<spdlog::formatter> TextLines() { return std::make_unique<Formatter>(); }

}  // namespace paceline
