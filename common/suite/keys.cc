#include "common/suite/keys.h"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <charconv>

#include "common/base/digest.h"

namespace paceline {

uint64_t KeyFor(std::string_view use, uint64_t seed) {
  const std::string digest = Sha256Hex(fmt::format("paceline {} {}", use, seed));
  uint64_t key = 0;
  std::from_chars(digest.data(), digest.data() + 16, key, 16);
  return key == seed ? ~key : key;
}

std::string DeterministicBytes(const google::protobuf::Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return bytes;
}

std::string ContentDigest(const google::protobuf::Message& message) {
  return Sha256Hex(DeterministicBytes(message));
}

}  // namespace paceline
