// MessagePack, read with full bounds checks (a file from anywhere gives an error, never a crash)
// and written in the shortest forms.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace paceline {

struct MsgpackEntry;

// Text and data point into the bytes that were parsed.
struct MsgpackValue {
  enum class Kind { kNil, kBool, kInteger, kFloat, kText, kBinary, kArray, kMap, kExtension };

  Kind kind = Kind::kNil;
  bool boolean = false;
  int64_t integer = 0;
  double number = 0;                  // kFloat
  std::string_view data;              // of kText (UTF-8 is not checked), kBinary and kExtension
  int8_t extension = 0;               // type of a kExtension
  std::vector<MsgpackValue> items;    // kArray
  std::vector<MsgpackEntry> entries;  // kMap, in the order written

  // Null unless this is a map that has the key.
  const MsgpackValue* Find(std::string_view key) const;
};

struct MsgpackEntry {
  std::string_view key;
  MsgpackValue value;
};

std::string_view MsgpackKindName(MsgpackValue::Kind kind);

// What a document may have at most.
inline constexpr int kMaxMsgpackDepth = 32;
inline constexpr int64_t kMaxMsgpackValues = 1'000'000;

// Exactly one value. Keys of maps must be text, each once; whole numbers must fit 64 bits with a
// sign. InvalidArgument says what is wrong and at which byte.
absl::StatusOr<MsgpackValue> ParseMsgpack(std::string_view bytes);

// Values are appended one after the other; after ArrayHeader and MapHeader their elements follow.
class MsgpackWriter {
 public:
  void Integer(uint64_t value);
  void Text(std::string_view text);
  void Binary(std::string_view data);
  void ArrayHeader(uint32_t count);
  void MapHeader(uint32_t count);
  void Extension(int8_t type, std::string_view payload);

  const std::string& bytes() const { return bytes_; }

 private:
  void Byte(int value) { bytes_.push_back(static_cast<char>(value)); }
  // The low `size` bytes of `value`, most significant first.
  void BigEndian(uint64_t value, int size);

  std::string bytes_;
};

}  // namespace paceline
