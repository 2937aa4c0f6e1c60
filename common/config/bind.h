// Fills a message from a tree by the schema's reflection.
#pragma once

#include <google/protobuf/message.h>

#include "common/config/diagnostics.h"
#include "common/config/yaml_document.h"

namespace paceline {

// `root` is a mapping. Reports what only the file shows: unknown keys, values of the wrong kind,
// absent required keys, rival alternatives. Fills in defaults. Every field written is placed in
// `diagnostics`, and those left unset or wrong are marked as broken there. Ranges, patterns and
// absent messages and alternatives are for CheckFieldRules.
void BindMessage(const YamlNode& root, Diagnostics& diagnostics,
                 google::protobuf::Message& message);

}  // namespace paceline
