#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/trace/otlp_json.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using Json = nlohmann::json;

// Thrown within this file alone.
struct Fault {
  std::string text;
};

// What OTLP leaves out is the empty value.
const Json& Field(const Json& json, const char* key) {
  static const Json& none = *new Json;
  if (!json.is_object()) throw Fault{absl::StrCat("'", key, "' is looked for in no object")};
  const auto found = json.find(key);
  return found == json.end() ? none : *found;
}

std::string Text(const Json& json, const char* key) {
  const Json& value = Field(json, key);
  if (value.is_null()) return "";
  if (!value.is_string()) throw Fault{absl::StrCat("'", key, "' is no text")};
  return value.get<std::string>();
}

std::optional<int64_t> NumberOf(const Json& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<uint64_t>();
    if (number > std::numeric_limits<int64_t>::max()) return std::nullopt;
    return static_cast<int64_t>(number);
  }
  if (value.is_number_integer()) return value.get<int64_t>();
  if (!value.is_string()) return std::nullopt;
  const std::string text = value.get<std::string>();
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

int64_t Number(const Json& json, const char* key) {
  const Json& value = Field(json, key);
  if (value.is_null()) return 0;
  const auto number = NumberOf(value);
  if (!number) throw Fault{absl::StrCat("'", key, "' is no whole number of 64 bits")};
  return *number;
}

const Json& List(const Json& json, const char* key) {
  static const Json& none = *new Json(Json::array());
  const Json& value = Field(json, key);
  if (value.is_null()) return none;
  if (!value.is_array()) throw Fault{absl::StrCat("'", key, "' is no list")};
  return value;
}

template <typename Id>
Id IdOf(const Json& json, const char* key) {
  Id id;
  if (!FromHex(Text(json, key), id)) {
    throw Fault{absl::StrCat("'", key, "' is no id of ", 2 * id.bytes.size(),
                             " lower-case hexadecimal digits")};
  }
  return id;
}

std::optional<double> RealOf(const Json& value) {
  if (value.is_number()) return value.get<double>();
  if (value == "NaN") return std::nan("");
  if (value == "Infinity") return std::numeric_limits<double>::infinity();
  if (value == "-Infinity") return -std::numeric_limits<double>::infinity();
  return std::nullopt;
}

std::optional<SpanAttribute> AttributeOf(const Json& json) {
  const std::string key = Text(json, "key");
  const Json& value = Field(json, "value");
  if (!value.is_object()) return std::nullopt;
  if (value.contains("stringValue")) return SpanAttribute{key, Text(value, "stringValue")};
  if (value.contains("intValue")) return SpanAttribute{key, Number(value, "intValue")};
  if (const Json& truth = Field(value, "boolValue"); truth.is_boolean()) {
    return SpanAttribute{key, truth.get<bool>()};
  }
  const auto real = RealOf(Field(value, "doubleValue"));
  if (real) return SpanAttribute{key, *real};
  return std::nullopt;
}

std::vector<SpanAttribute> AttributesOf(const Json& json) {
  std::vector<SpanAttribute> attributes;
  for (const Json& own : List(json, "attributes")) {
    if (auto attribute = AttributeOf(own)) attributes.push_back(*std::move(attribute));
  }
  return attributes;
}

SpanData SpanOf(const Json& json) {
  constexpr int kError = 2;
  SpanData span;
  span.context = {.trace_id = IdOf<TraceId>(json, "traceId"),
                  .span_id = IdOf<SpanId>(json, "spanId"),
                  .sampled = true};
  if (!Text(json, "parentSpanId").empty()) span.parent = IdOf<SpanId>(json, "parentSpanId");
  span.name = Text(json, "name");
  const int64_t kind = Number(json, "kind");
  if (kind >= 1 && kind <= 5) span.kind = static_cast<SpanKind>(kind);
  span.start_ns = Number(json, "startTimeUnixNano");
  span.end_ns = Number(json, "endTimeUnixNano");
  if (span.start_ns < 0 || span.end_ns < span.start_ns) throw Fault{"a span ends before it starts"};
  span.attributes = AttributesOf(json);
  if (const Json& status = Field(json, "status"); !status.is_null()) {
    span.failed = Number(status, "code") == kError;
    span.message = Text(status, "message");
  }
  return span;
}

TraceResource ResourceOf(const Json& json) {
  TraceResource resource;
  const Json& own = Field(json, "resource");
  if (own.is_null()) return resource;
  for (const SpanAttribute& attribute : AttributesOf(own)) {
    const auto* text = std::get_if<std::string>(&attribute.value);
    const auto* number = std::get_if<int64_t>(&attribute.value);
    if (attribute.key == "service.name" && text) resource.service = *text;
    if (attribute.key == "service.instance.id" && text) resource.instance = *text;
    if (attribute.key == "process.pid" && number) resource.pid = *number;
  }
  return resource;
}

std::vector<SpanBatch> BatchesOf(const Json& request) {
  std::vector<SpanBatch> batches;
  if (!Field(request, "resourceSpans").is_array()) throw Fault{"there is no list 'resourceSpans'"};
  for (const Json& of_resource : List(request, "resourceSpans")) {
    SpanBatch& batch = batches.emplace_back();
    batch.resource = ResourceOf(of_resource);
    for (const Json& of_scope : List(of_resource, "scopeSpans")) {
      for (const Json& span : List(of_scope, "spans")) batch.spans.push_back(SpanOf(span));
    }
  }
  return batches;
}

}  // namespace

absl::StatusOr<std::vector<SpanBatch>> ReadOtlpLine(std::string_view line) {
  const Json request = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (request.is_discarded()) return absl::InvalidArgumentError("no JSON");
  try {
    return BatchesOf(request);
  } catch (const Fault& fault) {
    return absl::InvalidArgumentError(absl::StrCat("no spans of OTLP: ", fault.text));
  }
}

}  // namespace paceline
