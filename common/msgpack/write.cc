#include <algorithm>
#include <bit>

#include "common/msgpack/msgpack.h"

namespace paceline {

void MsgpackWriter::BigEndian(uint64_t value, int size) {
  for (int i = size - 1; i >= 0; --i) Byte(static_cast<int>(value >> (8 * i) & 0xff));
}

void MsgpackWriter::Integer(uint64_t value) {
  if (value < 0x80) return Byte(static_cast<int>(value));
  const int log_size = value <= 0xff ? 0 : value <= 0xffff ? 1 : value <= 0xffffffff ? 2 : 3;
  Byte(0xcc + log_size);
  BigEndian(value, 1 << log_size);
}

void MsgpackWriter::Text(std::string_view text) {
  if (text.size() < 32) {
    Byte(0xa0 | static_cast<int>(text.size()));
  } else {
    const int log_size = text.size() <= 0xff ? 0 : text.size() <= 0xffff ? 1 : 2;
    Byte(0xd9 + log_size);
    BigEndian(text.size(), 1 << log_size);
  }
  bytes_ += text;
}

void MsgpackWriter::Binary(std::string_view data) {
  const int log_size = data.size() <= 0xff ? 0 : data.size() <= 0xffff ? 1 : 2;
  Byte(0xc4 + log_size);
  BigEndian(data.size(), 1 << log_size);
  bytes_ += data;
}

void MsgpackWriter::ArrayHeader(uint32_t count) {
  if (count < 16) return Byte(0x90 | static_cast<int>(count));
  Byte(count <= 0xffff ? 0xdc : 0xdd);
  BigEndian(count, count <= 0xffff ? 2 : 4);
}

void MsgpackWriter::MapHeader(uint32_t count) {
  if (count < 16) return Byte(0x80 | static_cast<int>(count));
  Byte(count <= 0xffff ? 0xde : 0xdf);
  BigEndian(count, count <= 0xffff ? 2 : 4);
}

void MsgpackWriter::Extension(int8_t type, std::string_view payload) {
  if (payload.size() <= 16 && std::has_single_bit(payload.size())) {
    Byte(0xd4 + std::countr_zero(payload.size()));
  } else {
    const int log_size = payload.size() <= 0xff ? 0 : payload.size() <= 0xffff ? 1 : 2;
    Byte(0xc7 + log_size);
    BigEndian(payload.size(), 1 << log_size);
  }
  Byte(static_cast<uint8_t>(type));
  bytes_ += payload;
}

}  // namespace paceline
