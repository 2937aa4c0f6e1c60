// A file's name in place of a mapping: what the file holds is read as if it stood there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/config/diagnostics.h"
#include "common/config/yaml_document.h"

namespace paceline {

// Puts the content of the file that is named at `path` ("evaluate.suite") there; nothing happens if
// there is no name but a mapping, or nothing. A name that stands in the first source is one from
// the folder of that, others are from the folder at work. `sources` are the names of all sources
// (Mark::source), the new file becomes one of them. What is wrong with it is reported.
void IncludeFile(std::string_view path, YamlNode& root, std::vector<std::string>& sources,
                 Diagnostics& diagnostics);

}  // namespace paceline
