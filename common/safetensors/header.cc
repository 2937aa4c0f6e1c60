#include "common/safetensors/header.h"

#include <algorithm>
#include <set>

#include "absl/status/status.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 3;  // header → entry → shape

// Watches the parser for what a finished Json no longer shows.
class Watch {
 public:
  // False: the value is left out.
  bool operator()(int depth, Json::parse_event_t event, const Json& value) {
    if (depth == 0 && event == Json::parse_event_t::object_start) names_.clear();
    if (depth == 1 && event == Json::parse_event_t::object_start) fields_.clear();
    if (event == Json::parse_event_t::key) SeeKey(depth, value.get_ref<const std::string&>());
    if (depth <= kMaxDepth) return true;
    too_deep_ = too_deep_ || depth_counts_;
    return false;
  }

  bool too_deep() const { return too_deep_; }
  const std::string& duplicate() const { return duplicate_; }

 private:
  void SeeKey(int depth, const std::string& key) {
    if (depth == 1) {
      in_metadata_ = key == "__metadata__";
      depth_counts_ = true;
      Insert(names_, key);
    } else if (depth == 2) {
      depth_counts_ = in_metadata_ || key == "dtype" || key == "shape" || key == "data_offsets";
      if (depth_counts_) Insert(fields_, key);
    }
  }

  void Insert(std::set<std::string>& keys, const std::string& key) {
    if (!keys.insert(key).second && duplicate_.empty()) duplicate_ = QuotedName(key);
  }

  std::set<std::string> names_, fields_;  // of the header, of the entry that is being read
  bool in_metadata_ = false;
  bool depth_counts_ = true;  // not in a field that is ignored
  bool too_deep_ = false;
  std::string duplicate_;
};

}  // namespace

std::string QuotedName(const std::string& name) {
  std::string text = Json(name.substr(0, 80)).dump(-1, ' ', true, Json::error_handler_t::replace);
  return name.size() > 80 ? text + "..." : text;
}

absl::StatusOr<Json> ParseSafetensorsHeader(std::string_view text) {
  Watch watch;
  Json header;
  try {
    header = Json::parse(text, [&watch](int depth, Json::parse_event_t event, Json& value) {
      return watch(depth, event, value);
    });
  } catch (const Json::parse_error& error) {
    return InvalidSafetensors("the header is not JSON at its byte ", error.byte);
  } catch (const Json::exception& error) {
    return InvalidSafetensors("the header's JSON cannot be read (", error.id, ")");
  }
  if (watch.too_deep()) {
    return InvalidSafetensors("the header is nested deeper than ", kMaxDepth, " levels");
  }
  if (!watch.duplicate().empty()) {
    return InvalidSafetensors("the header has ", watch.duplicate(),
                              " twice, which the format forbids");
  }
  if (!header.is_object()) return InvalidSafetensors("the header is not a JSON object");
  return header;
}

}  // namespace paceline
