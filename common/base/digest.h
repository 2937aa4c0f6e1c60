// Digests of bytes and of θ.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace paceline {

// SHA-256 in lower-case hexadecimal digits.
std::string Sha256Hex(std::string_view bytes);
// Of the float32 values as little-endian bytes: what `paceline hash` prints.
std::string ThetaDigest(std::span<const float> theta);
// Names one version of one job's θ in messages: the first 8 bytes of SHA-256 of job, step and
// values.
uint64_t ThetaHash(std::string_view job, int64_t step, std::span<const float> theta);
// float32 values as little-endian bytes and back; false (and nothing written) unless `bytes` is
// exactly 4 times as long as `values`.
std::string FloatsToBytes(std::span<const float> values);
bool BytesToFloats(std::string_view bytes, std::span<float> values);

}  // namespace paceline
