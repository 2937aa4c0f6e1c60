#include "common/config/unknown_key.h"

#include <fmt/format.h>

#include "common/config/schema.h"
#include "common/text/suggest.h"

namespace paceline {
namespace {

// Paths of mappings, just below or anywhere above this one, that do have such a key.
std::vector<std::string> WhereItBelongs(const std::string& key, const std::vector<Level>& levels) {
  std::vector<std::string> places;
  const Level& here = levels.back();
  for (int i = 0; i < here.type->field_count(); ++i) {
    const auto& field = *here.type->field(i);
    const auto* type = field.message_type();
    if (type && !field.is_repeated() && type->FindFieldByName(key)) {
      places.push_back(JoinPath(here.path, field.name()));
    }
  }
  for (const Level& level : levels) {
    if (!level.type->FindFieldByName(key)) continue;
    places.push_back(level.path.empty() ? "the top level" : level.path);
  }
  return places;
}

}  // namespace

UnknownKey ExplainUnknownKey(const std::string& key, const std::vector<Level>& levels,
                             const std::set<std::string>& present) {
  const Level& here = levels.back();
  const std::string unknown = fmt::format(
      "unknown key {}{}", Quoted(key), here.path.empty() ? "" : fmt::format(" in {}", here.path));
  if (const auto places = WhereItBelongs(key, levels); !places.empty()) {
    return {fmt::format("{}; it belongs in {}", unknown, Listed(places, "or")), ""};
  }
  const auto keys = KeysOf(*here.type);
  std::vector<std::string> free_keys;
  for (const std::string& name : keys) {
    if (!present.contains(name)) free_keys.push_back(name);
  }
  if (const std::string meant = Nearest(key, free_keys); !meant.empty()) {
    return {fmt::format("{}; did you mean {}?", unknown, Quoted(meant)), meant};
  }
  if (const std::string meant = Nearest(key, keys); !meant.empty()) {
    return {fmt::format("{}; did you mean {}, which is there too?", unknown, Quoted(meant)), ""};
  }
  if (keys.empty()) return {unknown + "; this mapping has no keys: write {}", ""};
  return {fmt::format("{}; the keys here are {}", unknown, Listed(keys, "and")), ""};
}

}  // namespace paceline
