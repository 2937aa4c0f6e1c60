#include "common/trace/otlp_json.h"

#include <cmath>
#include <variant>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using Json = nlohmann::ordered_json;

// JSON's numbers hold no 64 bits, and neither NaN nor infinity: OTLP writes them as text.
Json ValueJson(const std::variant<std::string, int64_t, double, bool>& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return {{"stringValue", *text}};
  if (const auto* number = std::get_if<int64_t>(&value)) {
    return {{"intValue", absl::StrCat(*number)}};
  }
  if (const auto* truth = std::get_if<bool>(&value)) return {{"boolValue", *truth}};
  const double real = std::get<double>(value);
  if (std::isnan(real)) return {{"doubleValue", "NaN"}};
  if (std::isinf(real)) return {{"doubleValue", real > 0 ? "Infinity" : "-Infinity"}};
  return {{"doubleValue", real}};
}

Json AttributeJson(const SpanAttribute& attribute) {
  return {{"key", attribute.key}, {"value", ValueJson(attribute.value)}};
}

Json SpanJson(const SpanData& span) {
  Json json = {{"traceId", Hex(span.context.trace_id)}, {"spanId", Hex(span.context.span_id)}};
  if (span.parent.valid()) json["parentSpanId"] = Hex(span.parent);
  json["name"] = span.name;
  json["kind"] = static_cast<int>(span.kind);
  json["startTimeUnixNano"] = absl::StrCat(span.start_ns);
  json["endTimeUnixNano"] = absl::StrCat(span.end_ns);
  for (const SpanAttribute& own : span.attributes) json["attributes"].push_back(AttributeJson(own));
  constexpr int kError = 2;
  if (span.failed) json["status"] = {{"message", span.message}, {"code", kError}};
  return json;
}

Json ResourceJson(const TraceResource& resource) {
  Json attributes = Json::array();
  attributes.push_back(AttributeJson({"service.name", resource.service}));
  attributes.push_back(AttributeJson({"service.instance.id", resource.instance}));
  attributes.push_back(AttributeJson({"process.pid", resource.pid}));
  return {{"attributes", std::move(attributes)}};
}

Json BatchJson(const TraceResource& resource, std::span<const SpanData> spans, Json scope) {
  Json all = Json::array();
  for (const SpanData& span : spans) all.push_back(SpanJson(span));
  Json scopes = Json::array();
  scopes.push_back({{"scope", std::move(scope)}, {"spans", std::move(all)}});
  return {{"resource", ResourceJson(resource)}, {"scopeSpans", std::move(scopes)}};
}

Json Scope() { return {{"name", "paceline"}}; }

std::string RequestText(Json batches) {
  const Json request = {{"resourceSpans", std::move(batches)}};
  return request.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string OtlpLine(const TraceResource& resource, std::span<const SpanData> spans,
                     uint64_t dropped) {
  Json scope = Scope();
  if (dropped > 0) {
    scope["attributes"].push_back(
        AttributeJson({"paceline.dropped_spans", static_cast<int64_t>(dropped)}));
  }
  Json batches = Json::array();
  batches.push_back(BatchJson(resource, spans, std::move(scope)));
  return RequestText(std::move(batches));
}

std::string OtlpDocument(std::span<const SpanBatch> batches) {
  Json all = Json::array();
  for (const SpanBatch& batch : batches) {
    all.push_back(BatchJson(batch.resource, batch.spans, Scope()));
  }
  return RequestText(std::move(all));
}

}  // namespace paceline
