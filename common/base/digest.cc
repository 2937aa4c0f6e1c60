#include "common/base/digest.h"

#include <openssl/evp.h>

#include <array>
#include <bit>
#include <cstring>

#include "absl/strings/escaping.h"

namespace paceline {
namespace {

static_assert(std::endian::native == std::endian::little,
              "floats and hashes are stored as in memory");

using Sha256Bytes = std::array<unsigned char, 32>;

Sha256Bytes Sha256(std::string_view bytes) {
  Sha256Bytes digest{};
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return digest;
}

std::string_view AsBytes(std::span<const float> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

}  // namespace

std::string Sha256Hex(std::string_view bytes) {
  const Sha256Bytes digest = Sha256(bytes);
  return absl::BytesToHexString({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string ThetaDigest(std::span<const float> theta) { return Sha256Hex(AsBytes(theta)); }

uint64_t ThetaHash(std::string_view job, int64_t step, std::span<const float> theta) {
  std::string named(job);
  named.push_back('\0');
  named.append(reinterpret_cast<const char*>(&step), sizeof step);
  named.append(AsBytes(theta));
  const Sha256Bytes digest = Sha256(named);
  uint64_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

std::string FloatsToBytes(std::span<const float> values) { return std::string(AsBytes(values)); }

bool BytesToFloats(std::string_view bytes, std::span<float> values) {
  if (bytes.size() != values.size_bytes()) return false;
  if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return true;
}

}  // namespace paceline
