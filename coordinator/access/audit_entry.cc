#include "coordinator/access/audit_entry.h"

#include "common/base/digest.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kHashKey = ",\"hash\":\"", kEnd = "\"}";
constexpr size_t kHashSize = 64;
constexpr size_t kTailSize = kHashKey.size() + kHashSize + kEnd.size();

ordered_json JsonOf(const v1::AuditEntry& entry) {
  return {{"number", entry.number()},     {"unix_ms", entry.unix_ms()},
          {"identity", entry.identity()}, {"role", static_cast<int>(entry.role())},
          {"method", entry.method()},     {"subject", entry.subject()},
          {"outcome", entry.outcome()},   {"peer", entry.peer()}};
}

std::string TextOf(const ordered_json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

int64_t NumberOf(const ordered_json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number_integer() ? found->get<int64_t>() : 0;
}

}  // namespace

std::string AuditLine(const v1::AuditEntry& entry, std::string_view hash_before) {
  std::string body = JsonOf(entry).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  body.pop_back();
  const std::string hash = Sha256Hex(fmt::format("{}{}", hash_before, body));
  return fmt::format("{}{}{}{}", body, kHashKey, hash, kEnd);
}

absl::StatusOr<v1::AuditEntry> ReadAuditLine(std::string_view line) {
  const ordered_json json = ordered_json::parse(line, nullptr, false);
  if (!json.is_object() || NumberOf(json, "number") <= 0 ||
      TextOf(json, "hash").size() != kHashSize) {
    return absl::InvalidArgumentError("it is no entry of an audit log");
  }
  v1::AuditEntry entry;
  entry.set_number(NumberOf(json, "number"));
  entry.set_unix_ms(NumberOf(json, "unix_ms"));
  entry.set_identity(TextOf(json, "identity"));
  entry.set_role(static_cast<v1::Role>(NumberOf(json, "role")));
  entry.set_method(TextOf(json, "method"));
  entry.set_subject(TextOf(json, "subject"));
  entry.set_outcome(TextOf(json, "outcome"));
  entry.set_peer(TextOf(json, "peer"));
  entry.set_hash(TextOf(json, "hash"));
  return entry;
}

bool IsChained(std::string_view line, std::string_view hash_before) {
  if (line.size() <= kTailSize) return false;
  const std::string_view body = line.substr(0, line.size() - kTailSize);
  const std::string hash = Sha256Hex(fmt::format("{}{}", hash_before, body));
  return line.substr(body.size()) == fmt::format("{}{}{}", kHashKey, hash, kEnd);
}

}  // namespace paceline
