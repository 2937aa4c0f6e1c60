#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/file.h"
#include "common/safetensors/dtype.h"
#include "common/safetensors/safetensors.h"

namespace paceline {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 3;  // header → tensor → shape

template <class... Parts>
absl::Status Invalid(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat("not a valid safetensors file: ", parts...));
}

// Names come from the file: keeps messages short and printable.
std::string Quoted(const std::string& name) {
  std::string text = Json(name.substr(0, 80)).dump(-1, ' ', true, Json::error_handler_t::replace);
  return name.size() > 80 ? text + "..." : text;
}

// Watches the parser for what a finished Json no longer shows.
struct HeaderWatch {
  bool too_deep = false;
  std::string duplicate;
  std::vector<std::set<std::string>> keys = {};

  bool operator()(int depth, Json::parse_event_t event, const Json& value) {
    if (event == Json::parse_event_t::object_start) {
      keys.resize(std::min(depth + 1, kMaxDepth + 1));
      keys.back().clear();
    }
    if (event == Json::parse_event_t::key && depth <= kMaxDepth && duplicate.empty()) {
      const std::string& key = value.get_ref<const std::string&>();
      if (!keys[depth - 1].insert(key).second) duplicate = Quoted(key);
    }
    too_deep = too_deep || depth > kMaxDepth;
    return depth <= kMaxDepth;
  }
};

absl::StatusOr<Json> ParseHeader(std::string_view text) {
  HeaderWatch watch;
  Json header;
  try {
    header = Json::parse(text, [&watch](int depth, Json::parse_event_t event, Json& value) {
      return watch(depth, event, value);
    });
  } catch (const Json::parse_error& error) {
    return Invalid("the header is not JSON at its byte ", error.byte);
  } catch (const Json::exception& error) {
    return Invalid("the header's JSON cannot be read (", error.id, ")");
  }
  if (watch.too_deep) return Invalid("the header is nested deeper than ", kMaxDepth, " levels");
  if (!watch.duplicate.empty()) return Invalid("the header has ", watch.duplicate, " twice");
  if (!header.is_object()) return Invalid("the header is not a JSON object");
  return header;
}

absl::Status ReadMetadata(const Json& json, std::map<std::string, std::string>& metadata) {
  if (!json.is_object()) return Invalid("__metadata__ is not an object");
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string()) return Invalid("__metadata__ ", Quoted(key), " is not a string");
    metadata[key] = value.get<std::string>();
  }
  return absl::OkStatus();
}

struct Place {
  std::string name;
  uint64_t begin = 0;
  uint64_t end = 0;
};

bool IsUnsigned(const Json& json) {
  return json.is_number_unsigned() && json.get<uint64_t>() <= INT64_MAX;
}

absl::Status ReadShape(const std::string& what, const Json& json, Tensor& tensor, uint64_t& bytes) {
  bytes = DTypeBytes(tensor.dtype);
  if (!json.is_array()) return Invalid(what, " has no shape array");
  for (const Json& size : json) {
    if (!IsUnsigned(size)) return Invalid(what, " has a shape that is not of whole sizes >= 0");
    tensor.shape.push_back(size.get<int64_t>());
    if (__builtin_mul_overflow(bytes, size.get<uint64_t>(), &bytes) || bytes > INT64_MAX) {
      return Invalid(what, " has a shape whose product overflows");
    }
  }
  return absl::OkStatus();
}

// Everything about one tensor but its data.
absl::Status ReadEntry(const std::string& name, const Json& json, Tensor& tensor, Place& place) {
  const std::string what = absl::StrCat("tensor ", Quoted(name));
  if (!json.is_object() || json.size() != 3 || !json.contains("dtype") || !json.contains("shape") ||
      !json.contains("data_offsets")) {
    return Invalid(what, " is not an object of dtype, shape and data_offsets");
  }
  const Json& dtype = json["dtype"];
  const auto known = dtype.is_string() ? DTypeNamed(dtype.get<std::string>()) : std::nullopt;
  if (!known) return Invalid(what, " has a dtype other than F32, F64, I32, I64, U8, BOOL");
  tensor.dtype = *known;
  uint64_t bytes = 0;
  if (absl::Status status = ReadShape(what, json["shape"], tensor, bytes); !status.ok()) {
    return status;
  }
  const Json& offsets = json["data_offsets"];
  if (!offsets.is_array() || offsets.size() != 2 || !IsUnsigned(offsets[0]) ||
      !IsUnsigned(offsets[1])) {
    return Invalid(what, " has data_offsets that are not two whole numbers >= 0");
  }
  place = {name, offsets[0].get<uint64_t>(), offsets[1].get<uint64_t>()};
  if (place.end < place.begin || place.end - place.begin != bytes) {
    return Invalid(what, " has data_offsets ", place.begin, " to ", place.end, ", but ", bytes,
                   " bytes by its dtype and shape");
  }
  return absl::OkStatus();
}

// The format wants the data covered without gaps or overlaps.
absl::Status ReadData(std::string_view data, std::vector<Place> places, TensorFile& file) {
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
  });
  uint64_t covered = 0;
  for (const Place& place : places) {
    if (place.begin != covered) {
      return Invalid("tensor ", Quoted(place.name), " begins at byte ", place.begin,
                     " of the data, which leaves a gap or overlaps the tensor before it, "
                     "which ends at ",
                     covered);
    }
    if (place.end > data.size()) {
      return Invalid("tensor ", Quoted(place.name), " ends at byte ", place.end,
                     " of the data, which has only ", data.size(), " bytes");
    }
    covered = place.end;
    file.tensors[place.name].data = data.substr(place.begin, place.end - place.begin);
  }
  if (covered != data.size()) {
    return Invalid("the tensors cover ", covered, " of ", data.size(), " bytes of data");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string_view> HeaderText(std::string_view bytes) {
  uint64_t length = 0;
  if (bytes.size() < sizeof length) return Invalid("it has only ", bytes.size(), " bytes");
  std::memcpy(&length, bytes.data(), sizeof length);
  if (length > kMaxSafetensorsHeaderBytes) {
    return Invalid("a header of ", length, " bytes; at most ", kMaxSafetensorsHeaderBytes,
                   " are allowed");
  }
  if (length > bytes.size() - sizeof length) {
    return Invalid("a header of ", length, " bytes in a file of ", bytes.size());
  }
  return bytes.substr(sizeof length, length);
}

}  // namespace

absl::StatusOr<TensorFile> ParseSafetensors(std::string_view bytes) {
  const absl::StatusOr<std::string_view> text = HeaderText(bytes);
  if (!text.ok()) return text.status();
  const absl::StatusOr<Json> header = ParseHeader(*text);
  if (!header.ok()) return header.status();
  TensorFile file;
  std::vector<Place> places;
  for (const auto& [name, json] : header->items()) {
    const absl::Status status =
        name == "__metadata__" ? ReadMetadata(json, file.metadata)
                               : ReadEntry(name, json, file.tensors[name], places.emplace_back());
    if (!status.ok()) return status;
  }
  const absl::Status status =
      ReadData(bytes.substr(sizeof(uint64_t) + text->size()), std::move(places), file);
  if (!status.ok()) return status;
  return file;
}

absl::StatusOr<TensorFile> ReadSafetensors(const std::string& path) {
  const absl::StatusOr<std::string> bytes = ReadFile(path);
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<TensorFile> file = ParseSafetensors(*bytes);
  if (file.ok()) return file;
  return absl::Status(file.status().code(), absl::StrCat(path, ": ", file.status().message()));
}

}  // namespace paceline
