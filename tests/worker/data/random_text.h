// Texts for tests: the same for the same number.
#pragma once

#include <random>
#include <string>
#include <string_view>

namespace paceline {

// Any bytes.
inline std::string RandomBytes(size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::string bytes(count, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random() % 256);
  return bytes;
}

// Signs of `alphabet`, so that pairs are frequent and often equally so.
inline std::string RandomText(size_t count, std::string_view alphabet, unsigned seed) {
  std::mt19937 random(seed);
  std::string text(count, '\0');
  for (char& c : text) c = alphabet[random() % alphabet.size()];
  return text;
}

}  // namespace paceline
