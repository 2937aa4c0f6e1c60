// One YAML document as a tree in which every value knows where it was written.
#pragma once

#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace paceline {

// A place in what the user wrote; ordered as faults are listed.
struct Mark {
  int source = 0;  // 0: the file; i + 1: override number i
  int line = 0;    // from 1
  int column = 0;  // from 1, in bytes
  bool operator==(const Mark&) const = default;
  bool operator<(const Mark& other) const {
    return std::tie(source, line, column) < std::tie(other.source, other.line, other.column);
  }
};

struct MarkedFault {
  Mark mark;
  std::string message;
};

struct YamlNode {
  enum class Kind {
    kNull,  // nothing, null or ~
    kScalar,
    kList,
    kMapping,
    kRefused,  // a fault was already reported for it
  };
  Kind kind = Kind::kNull;
  Mark mark;
  std::string text;     // of a scalar
  bool quoted = false;  // a scalar in quotes, or a block of text
  // Of a list or mapping, in the order of the file; keys are unique.
  std::vector<YamlNode> children;
  // Of a child of a mapping:
  std::string key;
  Mark key_mark;

  YamlNode* Find(std::string_view wanted_key);
};

struct YamlDocument {
  // False if the text is not YAML at all; then `faults` says why and `root` is of no use.
  bool readable = false;
  YamlNode root;
  // Anchors, aliases, tags, repeated keys and the like.
  std::vector<MarkedFault> faults;
};

// Never throws. Nesting deeper than 16 levels is not readable. `source` goes into all marks.
YamlDocument ReadYaml(std::string_view text, int source);

}  // namespace paceline
