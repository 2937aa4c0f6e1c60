// `--set outer.steps=60`: values from the command line, put into the tree before it is bound.
#pragma once

#include <google/protobuf/descriptor.h>

#include <span>
#include <string>

#include "common/config/diagnostics.h"
#include "common/config/yaml_document.h"

namespace paceline {

// In order. An override whose path cannot be followed is reported and changes nothing. `type` tells
// which keys are alternatives of each other. Faults of override i carry the mark of source i + 1.
void ApplyOverrides(std::span<const std::string> overrides,
                    const google::protobuf::Descriptor& type, YamlNode& root,
                    Diagnostics& diagnostics);

}  // namespace paceline
