#include "common/rpc/client_hello.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

namespace paceline {
namespace {

using namespace std::string_view_literals;

constexpr uint8_t kHandshakeRecord = 22, kClientHello = 1;
constexpr uint8_t kMajorVersion = 3;
constexpr size_t kRecordHeader = 5, kMaxRecord = 16 << 10;
constexpr size_t kRandom = 32;
constexpr uint16_t kSupportedVersions = 43, kTls13 = 0x0304;

// Takes big-endian numbers and strings off the front; after one that is not all there it is spent.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  size_t Number(size_t bytes) {
    size_t number = 0;
    for (const char byte : Take(bytes)) number = number << 8 | static_cast<uint8_t>(byte);
    return number;
  }
  // Of a length that stands before it, in so many bytes.
  std::string_view Vector(size_t length_bytes) { return Take(Number(length_bytes)); }
  std::string_view Take(size_t bytes) {
    if (bytes > rest_.size()) failed_ = true;
    if (failed_) return {};
    const std::string_view taken = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return taken;
  }
  bool failed() const { return failed_; }
  bool at_end() const { return failed_ || rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

bool IsWhole(std::string_view message) {
  Reader reader(message);
  reader.Number(1);
  reader.Vector(3);
  return !reader.failed();
}

// What the first records hold, until a message is whole. Nothing if they are no handshake's.
std::optional<std::string> Unwrapped(std::string_view bytes) {
  std::string messages;
  while (!bytes.empty() && !IsWhole(messages)) {
    if (static_cast<uint8_t>(bytes[0]) != kHandshakeRecord) return std::nullopt;
    if (bytes.size() > 1 && static_cast<uint8_t>(bytes[1]) != kMajorVersion) return std::nullopt;
    if (bytes.size() < kRecordHeader) break;
    const size_t size = Reader(bytes.substr(3, 2)).Number(2);
    if (size == 0 || size > kMaxRecord) return std::nullopt;
    bytes.remove_prefix(kRecordHeader);
    messages += bytes.substr(0, size);
    bytes.remove_prefix(std::min(size, bytes.size()));
  }
  return messages;
}

bool Names(std::string_view supported_versions, uint16_t version) {
  Reader versions(Reader(supported_versions).Vector(1));
  while (!versions.at_end()) {
    if (versions.Number(2) == version && !versions.failed()) return true;
  }
  return false;
}

ClientHello ReadBody(std::string_view body) {
  Reader reader(body);
  reader.Number(2);  // a version that all name alike
  reader.Take(kRandom);
  reader.Vector(1);  // session id
  reader.Vector(2);  // cipher suites
  reader.Vector(1);  // compression methods
  if (reader.failed()) return ClientHello::kNone;
  // Before TLS 1.2 there were no extensions.
  Reader extensions(reader.at_end() ? ""sv : reader.Vector(2));
  bool offers = false;
  while (!extensions.at_end()) {
    const size_t kind = extensions.Number(2);
    const std::string_view content = extensions.Vector(2);
    offers = offers || (kind == kSupportedVersions && Names(content, kTls13));
  }
  if (reader.failed() || extensions.failed()) return ClientHello::kNone;
  return offers ? ClientHello::kOffersTls13 : ClientHello::kOffersLess;
}

}  // namespace

ClientHello ReadClientHello(std::string_view bytes) {
  const std::optional<std::string> messages = Unwrapped(bytes.substr(0, kMaxClientHello));
  if (!messages) return ClientHello::kNone;
  Reader reader(*messages);
  if (!messages->empty() && reader.Number(1) != kClientHello) return ClientHello::kNone;
  const size_t size = reader.Number(3);
  if (!reader.failed() && size > kMaxClientHello) return ClientHello::kNone;
  const std::string_view body = reader.Take(size);
  if (!reader.failed()) return ReadBody(body);
  return bytes.size() < kMaxClientHello ? ClientHello::kIncomplete : ClientHello::kNone;
}

std::string_view ProtocolVersionAlert() { return "\x15\x03\x03\x00\x02\x02\x46"sv; }

}  // namespace paceline
