#include <bit>
#include <set>

#include "absl/status/status.h"
#include "common/msgpack/msgpack.h"
#include "fmt/format.h"

namespace paceline {
namespace {

using Kind = MsgpackValue::Kind;

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  absl::Status ReadAll(MsgpackValue& value) {
    if (absl::Status status = Read(value, 0); !status.ok()) return status;
    if (at_ == bytes_.size()) return absl::OkStatus();
    return Invalid("the value ends here, but the file has {} bytes", bytes_.size());
  }

 private:
  template <class... Args>
  absl::Status Invalid(fmt::format_string<Args...> text, Args&&... args) const {
    return absl::InvalidArgumentError(fmt::format("not valid MessagePack: at byte {}, ", at_) +
                                      fmt::format(text, std::forward<Args>(args)...));
  }

  size_t left() const { return bytes_.size() - at_; }

  absl::Status Need(uint64_t size) const {
    if (size <= left()) return absl::OkStatus();
    return Invalid("{} bytes are announced, but only {} are left", size, left());
  }

  // Most significant byte first.
  absl::Status ReadNumber(int size, uint64_t& number) {
    if (absl::Status status = Need(size); !status.ok()) return status;
    number = 0;
    for (int i = 0; i < size; ++i) number = number << 8 | static_cast<uint8_t>(bytes_[at_++]);
    return absl::OkStatus();
  }

  absl::Status Read(MsgpackValue& value, int depth) {
    if (depth > kMaxMsgpackDepth) return Invalid("it is nested deeper than {}", kMaxMsgpackDepth);
    if (++values_ > kMaxMsgpackValues) return Invalid("it has over {} values", kMaxMsgpackValues);
    if (left() == 0) return Invalid("a value is missing");
    const auto tag = static_cast<uint8_t>(bytes_[at_++]);
    if (tag < 0x80 || tag >= 0xe0) {
      value.kind = Kind::kInteger;
      value.integer = static_cast<int8_t>(tag);
      return absl::OkStatus();
    }
    if (tag < 0x90) return ReadMap(tag & 0x0f, value, depth);
    if (tag < 0xa0) return ReadArray(tag & 0x0f, value, depth);
    if (tag < 0xc0) return ReadData(Kind::kText, tag & 0x1f, value);
    return ReadTagged(tag, value, depth);
  }

  absl::Status ReadTagged(uint8_t tag, MsgpackValue& value, int depth) {
    switch (tag) {
      case 0xc0:
        return absl::OkStatus();
      case 0xc2:
      case 0xc3:
        value.kind = Kind::kBool;
        value.boolean = tag == 0xc3;
        return absl::OkStatus();
      case 0xca:
      case 0xcb:
        return ReadFloat(tag == 0xca ? 4 : 8, value);
      case 0xcc:
      case 0xcd:
      case 0xce:
      case 0xcf:
        return ReadUnsigned(1 << (tag - 0xcc), value);
      case 0xd0:
      case 0xd1:
      case 0xd2:
      case 0xd3:
        return ReadSigned(1 << (tag - 0xd0), value);
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return ReadExtension(1 << (tag - 0xd4), value);
      case 0xc1:
        --at_;
        return Invalid("the byte 0xc1, which MessagePack never uses");
      default:
        return ReadSized(tag, value, depth);
    }
  }

  // Binary, extension, text, array or map with its size in 1, 2 or 4 bytes.
  absl::Status ReadSized(uint8_t tag, MsgpackValue& value, int depth) {
    int size_bytes = 0;
    if (tag < 0xdc) {
      size_bytes = 1 << (tag < 0xc7 ? tag - 0xc4 : tag < 0xca ? tag - 0xc7 : tag - 0xd9);
    } else {
      size_bytes = tag % 2 == 0 ? 2 : 4;
    }
    uint64_t size = 0;
    if (absl::Status status = ReadNumber(size_bytes, size); !status.ok()) return status;
    if (tag < 0xc7) return ReadData(Kind::kBinary, size, value);
    if (tag < 0xca) return ReadExtension(size, value);
    if (tag < 0xdc) return ReadData(Kind::kText, size, value);
    if (tag < 0xde) return ReadArray(size, value, depth);
    return ReadMap(size, value, depth);
  }

  absl::Status ReadFloat(int size, MsgpackValue& value) {
    uint64_t bits = 0;
    if (absl::Status status = ReadNumber(size, bits); !status.ok()) return status;
    value.kind = Kind::kFloat;
    value.number =
        size == 8 ? std::bit_cast<double>(bits) : std::bit_cast<float>(static_cast<uint32_t>(bits));
    return absl::OkStatus();
  }

  absl::Status ReadUnsigned(int size, MsgpackValue& value) {
    uint64_t number = 0;
    if (absl::Status status = ReadNumber(size, number); !status.ok()) return status;
    if (number > INT64_MAX) return Invalid("the number {} does not fit 63 bits", number);
    value.kind = Kind::kInteger;
    value.integer = static_cast<int64_t>(number);
    return absl::OkStatus();
  }

  absl::Status ReadSigned(int size, MsgpackValue& value) {
    uint64_t number = 0;
    if (absl::Status status = ReadNumber(size, number); !status.ok()) return status;
    const int unused = 64 - 8 * size;
    value.kind = Kind::kInteger;
    value.integer = static_cast<int64_t>(number << unused) >> unused;
    return absl::OkStatus();
  }

  absl::Status ReadData(Kind kind, uint64_t size, MsgpackValue& value) {
    if (absl::Status status = Need(size); !status.ok()) return status;
    value.kind = kind;
    value.data = bytes_.substr(at_, size);
    at_ += size;
    return absl::OkStatus();
  }

  absl::Status ReadExtension(uint64_t size, MsgpackValue& value) {
    uint64_t type = 0;
    if (absl::Status status = ReadNumber(1, type); !status.ok()) return status;
    value.extension = static_cast<int8_t>(type);
    return ReadData(Kind::kExtension, size, value);
  }

  // An element takes a byte or more, so what is announced cannot make this reserve much.
  absl::Status ReadArray(uint64_t count, MsgpackValue& value, int depth) {
    value.kind = Kind::kArray;
    if (absl::Status status = Need(count); !status.ok()) return status;
    for (uint64_t i = 0; i < count; ++i) {
      if (absl::Status status = Read(value.items.emplace_back(), depth + 1); !status.ok()) {
        return status;
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadMap(uint64_t count, MsgpackValue& value, int depth) {
    value.kind = Kind::kMap;
    if (absl::Status status = Need(2 * count); !status.ok()) return status;
    std::set<std::string_view> keys;
    for (uint64_t i = 0; i < count; ++i) {
      MsgpackValue key;
      if (absl::Status status = Read(key, depth + 1); !status.ok()) return status;
      if (key.kind != Kind::kText) {
        return Invalid("a map's key is {}; text is expected", MsgpackKindName(key.kind));
      }
      if (!keys.insert(key.data).second) return Invalid("a map has one key twice");
      MsgpackEntry& entry = value.entries.emplace_back();
      entry.key = key.data;
      if (absl::Status status = Read(entry.value, depth + 1); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  std::string_view bytes_;
  size_t at_ = 0;
  int64_t values_ = 0;
};

}  // namespace

const MsgpackValue* MsgpackValue::Find(std::string_view key) const {
  for (const auto& [name, value] : entries) {
    if (name == key) return &value;
  }
  return nullptr;
}

std::string_view MsgpackKindName(Kind kind) {
  switch (kind) {
    case Kind::kNil:
      return "nil";
    case Kind::kBool:
      return "a boolean";
    case Kind::kInteger:
      return "a whole number";
    case Kind::kFloat:
      return "a floating-point number";
    case Kind::kText:
      return "text";
    case Kind::kBinary:
      return "binary data";
    case Kind::kArray:
      return "an array";
    case Kind::kMap:
      return "a map";
    case Kind::kExtension:
      return "an extension";
  }
  return "unknown";
}

absl::StatusOr<MsgpackValue> ParseMsgpack(std::string_view bytes) {
  MsgpackValue value;
  if (absl::Status status = Reader(bytes).ReadAll(value); !status.ok()) return status;
  return value;
}

}  // namespace paceline
