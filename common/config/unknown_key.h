// What to say of a key that the schema does not have here.
#pragma once

#include <google/protobuf/descriptor.h>

#include <set>
#include <string>
#include <vector>

namespace paceline {

// A mapping of the file and its message type.
struct Level {
  std::string path;
  const google::protobuf::Descriptor* type = nullptr;
};

struct UnknownKey {
  std::string message;
  std::string meant;  // the absent key of this mapping that was probably meant; may be empty
};

// `levels` lead from the top to the mapping that has the key; `present` are its other keys, which
// cannot be meant.
UnknownKey ExplainUnknownKey(const std::string& key, const std::vector<Level>& levels,
                             const std::set<std::string>& present);

}  // namespace paceline
