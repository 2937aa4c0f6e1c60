// Single values: from a node of the tree into a field.
#pragma once

#include <google/protobuf/message.h>

#include <optional>
#include <string>

#include "common/config/yaml_document.h"

namespace paceline {

// Sets the field, or appends to it if it is a list. On failure says what is wrong and what would be
// right, and appends a placeholder to a list, so that indices stay those of the file.
std::optional<std::string> BindScalar(const YamlNode& node,
                                      const google::protobuf::FieldDescriptor& field,
                                      const std::string& path, google::protobuf::Message& message);

// What was written, as in "... is a list", "... has no value", `... is "abc"`.
std::string Written(const YamlNode& node);

}  // namespace paceline
