// CRC-32C (Castagnoli), the checksum of TFRecord files.
#pragma once

#include <cstdint>
#include <string_view>

namespace paceline {

// 0xe3069283 for "123456789".
uint32_t Crc32c(std::string_view bytes);
// As TFRecord stores it: rotated right by 15 bits, plus 0xa282ead8.
uint32_t MaskedCrc32c(std::string_view bytes);

}  // namespace paceline
