// One JSON object a line.
#pragma once

#include <cmath>
#include <cstdio>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace paceline {

class JsonLine {
 public:
  explicit JsonLine(std::string_view check) { Add("check", check); }
  JsonLine& Add(std::string_view key, std::string_view value) {
    std::string text;
    for (const char c : value) {
      if (c == '"' || c == '\\') text += '\\';
      text += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return AddRaw(key, '"' + text + '"');
  }
  JsonLine& Add(std::string_view key, const char* value) {
    return Add(key, std::string_view(value));
  }
  JsonLine& Add(std::string_view key, bool value) { return AddRaw(key, value ? "true" : "false"); }
  JsonLine& Add(std::string_view key, double value) {
    return AddRaw(key, std::isfinite(value) ? fmt::format("{:.6g}", value) : "null");
  }
  JsonLine& Add(std::string_view key, int64_t value) {
    return AddRaw(key, fmt::format("{}", value));
  }
  JsonLine& Add(std::string_view key, int value) { return Add(key, int64_t{value}); }
  JsonLine& Add(std::string_view key, size_t value) {
    return Add(key, static_cast<int64_t>(value));
  }
  void Print(std::FILE* to) const {
    std::fprintf(to, "{%s}\n", fields_.c_str());
    std::fflush(to);
  }

 private:
  JsonLine& AddRaw(std::string_view key, const std::string& value) {
    fields_ += fmt::format("{}\"{}\": {}", fields_.empty() ? "" : ", ", key, value);
    return *this;
  }
  std::string fields_;
};

}  // namespace paceline
