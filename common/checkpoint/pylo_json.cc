#include "common/checkpoint/pylo_json.h"

#include <set>
#include <vector>

#include "common/base/file.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 8;

}  // namespace

absl::StatusOr<Json> ParseJsonObject(std::string_view text) {
  bool too_deep = false, twice = false;
  std::vector<std::set<std::string>> keys(kMaxDepth + 1);
  const auto watch = [&](int depth, Json::parse_event_t event, const Json& value) {
    too_deep = too_deep || depth > kMaxDepth;
    if (too_deep) return false;
    if (event == Json::parse_event_t::object_start) keys[depth].clear();
    if (event == Json::parse_event_t::key) {
      twice = twice || !keys[depth - 1].insert(value.get<std::string>()).second;
    }
    return true;
  };
  Json object;
  try {
    object = Json::parse(text, watch);
  } catch (const Json::parse_error& error) {
    return absl::InvalidArgumentError(fmt::format("not JSON at byte {}", error.byte));
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(fmt::format("JSON that cannot be read ({})", error.id));
  }
  if (too_deep) return absl::InvalidArgumentError("JSON nested deeper than 8 levels");
  if (twice) return absl::InvalidArgumentError("a JSON object with one key twice");
  if (!object.is_object()) return absl::InvalidArgumentError("not a JSON object, {...}");
  return object;
}

absl::StatusOr<Json> ReadJsonObject(const std::string& path) {
  const auto text = ReadFile(path, kMaxPyloJsonBytes);
  if (!text.ok()) return text.status();
  auto object = ParseJsonObject(*text);
  if (object.ok()) return object;
  return absl::InvalidArgumentError(
      fmt::format("{}: {}", path, std::string(object.status().message())));
}

absl::StatusOr<Tensor> VectorOf(const Json& list, const ThetaLeaf& leaf) {
  const auto is_number = [](const Json& value) { return value.is_number(); };
  if (!list.is_array() || list.size() != leaf.size ||
      !std::all_of(list.begin(), list.end(), is_number)) {
    return absl::InvalidArgumentError(fmt::format(
        "pylo_kwargs.json: \"{}\", {} numbers, is expected: what is passed to PyLO's optimizer",
        leaf.path, leaf.size));
  }
  std::vector<float> values;
  for (const Json& value : list) values.push_back(value.get<float>());
  return Tensor::F32(leaf.shape, values);
}

}  // namespace paceline
