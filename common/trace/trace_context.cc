#include "common/trace/trace_context.h"

#include <sys/random.h>

#include <random>

#include "fmt/format.h"

namespace paceline {
namespace {

constexpr char kDigits[] = "0123456789abcdef";
// "00-", 32 digits, "-", 16 digits, "-01".
constexpr size_t kLength = 55, kTraceAt = 3, kSpanAt = 36, kFlagsAt = 53;
constexpr size_t kMostLength = 512;

// −1: no lower-case digit.
int ValueOf(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

template <size_t kBytes>
std::string HexOf(const TraceBytes<kBytes>& id) {
  std::string digits;
  for (const uint8_t byte : id.bytes) {
    digits += kDigits[byte >> 4];
    digits += kDigits[byte & 15];
  }
  return digits;
}

template <size_t kBytes>
bool Read(std::string_view digits, TraceBytes<kBytes>& bytes) {
  if (digits.size() != 2 * kBytes) return false;
  TraceBytes<kBytes> read;
  for (size_t i = 0; i < kBytes; ++i) {
    const int high = ValueOf(digits[2 * i]), low = ValueOf(digits[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    read.bytes[i] = static_cast<uint8_t>(high << 4 | low);
  }
  bytes = read;
  return true;
}

template <size_t kBytes>
bool ReadValid(std::string_view digits, TraceBytes<kBytes>& id) {
  TraceBytes<kBytes> read;
  if (!Read(digits, read) || !read.valid()) return false;
  id = read;
  return true;
}

template <size_t kBytes>
TraceBytes<kBytes> Random() {
  TraceBytes<kBytes> id;
  while (!id.valid()) {
    if (getrandom(id.bytes.data(), kBytes, 0) == static_cast<ssize_t>(kBytes)) continue;
    std::random_device device;
    for (uint8_t& byte : id.bytes) byte = static_cast<uint8_t>(device());
  }
  return id;
}

absl::Status Wrong(std::string_view what) {
  return absl::InvalidArgumentError(
      fmt::format("no traceparent: {}; one is 00-, 32 digits of the trace, -, 16 of the span, -, 2 "
                  "of flags, all in lower-case hexadecimal",
                  what));
}

absl::Status CheckShape(std::string_view text, uint8_t version) {
  if (version == 0xff) return Wrong("version ff is none");
  if (version == 0 && text.size() != kLength) {
    return Wrong(fmt::format("it has {} characters and not {}", text.size(), kLength));
  }
  if (text.size() > kLength && text[kLength] != '-') return Wrong("no '-' follows the flags");
  for (const size_t at : {kTraceAt - 1, kSpanAt - 1, kFlagsAt - 1}) {
    if (text[at] != '-') return Wrong(fmt::format("character {} is no '-'", at + 1));
  }
  return absl::OkStatus();
}

}  // namespace

std::string Hex(const TraceId& id) { return HexOf(id); }
std::string Hex(const SpanId& id) { return HexOf(id); }
bool FromHex(std::string_view digits, TraceId& id) { return ReadValid(digits, id); }
bool FromHex(std::string_view digits, SpanId& id) { return ReadValid(digits, id); }

std::string ToTraceparent(const TraceContext& context) {
  if (!context.valid()) return "";
  return fmt::format("00-{}-{}-{}", Hex(context.trace_id), Hex(context.span_id),
                     context.sampled ? "01" : "00");
}

absl::StatusOr<TraceContext> ParseTraceparent(std::string_view text) {
  if (text.size() < kLength || text.size() > kMostLength) {
    return Wrong(fmt::format("it has {} characters", text.size()));
  }
  TraceBytes<1> version, flags;
  TraceContext context;
  if (!Read(text.substr(0, 2), version)) return Wrong("it does not begin with a version");
  if (absl::Status shape = CheckShape(text, version.bytes[0]); !shape.ok()) return shape;
  if (!FromHex(text.substr(kTraceAt, 32), context.trace_id)) return Wrong("its trace id is none");
  if (!FromHex(text.substr(kSpanAt, 16), context.span_id)) return Wrong("its span id is none");
  if (!Read(text.substr(kFlagsAt, 2), flags)) return Wrong("its flags are none");
  context.sampled = (flags.bytes[0] & 1) != 0;
  return context;
}

TraceId NewTraceId() { return Random<16>(); }
SpanId NewSpanId() { return Random<8>(); }

}  // namespace paceline
