// Names that follow from content.
#pragma once

#include <google/protobuf/message.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace paceline {

// A run key of its own for each use: a job's is its config's seed.
uint64_t KeyFor(std::string_view use, uint64_t seed);

// The same for equal messages of one schema.
std::string DeterministicBytes(const google::protobuf::Message& message);
// SHA-256 in hexadecimal digits of these bytes.
std::string ContentDigest(const google::protobuf::Message& message);

}  // namespace paceline
