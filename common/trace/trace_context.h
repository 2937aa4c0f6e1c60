// Which trace and span something is part of, as it goes from program to program (W3C Trace Context,
// https://www.w3.org/TR/trace-context/).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace paceline {

// The metadata, header and variable that carry it; $TRACEPARENT for a program.
inline constexpr char kTraceparent[] = "traceparent";

// Bytes, none of which are all zero where it is one.
template <size_t kBytes>
struct TraceBytes {
  std::array<uint8_t, kBytes> bytes{};

  bool valid() const { return bytes != std::array<uint8_t, kBytes>{}; }
  auto operator<=>(const TraceBytes&) const = default;
};
using TraceId = TraceBytes<16>;
using SpanId = TraceBytes<8>;

struct TraceContext {
  TraceId trace_id;
  SpanId span_id;
  bool sampled = false;  // whether its spans are recorded

  bool valid() const { return trace_id.valid() && span_id.valid(); }
  bool operator==(const TraceContext&) const = default;
};

// Lower-case hexadecimal digits.
std::string Hex(const TraceId& id);
std::string Hex(const SpanId& id);
// False, and nothing is written, unless these are the lower-case digits of a valid one.
bool FromHex(std::string_view digits, TraceId& id);
bool FromHex(std::string_view digits, SpanId& id);

// "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"; empty for one that is not valid.
std::string ToTraceparent(const TraceContext& context);
// InvalidArgument says what is wrong. Versions to come may say more behind what this one reads.
absl::StatusOr<TraceContext> ParseTraceparent(std::string_view text);

// New ids, from the kernel's random numbers: no job's draws are touched.
TraceId NewTraceId();
SpanId NewSpanId();

}  // namespace paceline
