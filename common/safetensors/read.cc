#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/file.h"
#include "common/safetensors/dtype.h"
#include "common/safetensors/header.h"
#include "common/safetensors/safetensors.h"

namespace paceline {
namespace {

using Json = nlohmann::json;

absl::Status ReadMetadata(const Json& json, std::map<std::string, std::string>& metadata) {
  if (json.is_null()) return absl::OkStatus();
  if (!json.is_object()) return InvalidSafetensors("__metadata__ is not an object");
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string())
      return InvalidSafetensors("__metadata__ ", QuotedName(key), " is not a string");
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

absl::Status ReadShape(const std::string& what, const Json& json, TensorView& tensor,
                       uint64_t& bytes) {
  uint64_t elements = 1, bits = 0;
  if (!json.is_array()) return InvalidSafetensors(what, " has no shape array");
  for (const Json& size : json) {
    if (!IsUnsigned(size))
      return InvalidSafetensors(what, " has a shape that is not of whole sizes >= 0");
    tensor.shape.push_back(size.get<int64_t>());
    if (__builtin_mul_overflow(elements, size.get<uint64_t>(), &elements)) {
      return InvalidSafetensors(what, " has a shape whose product overflows");
    }
  }
  if (__builtin_mul_overflow(elements, DTypeBits(tensor.dtype), &bits)) {
    return InvalidSafetensors(what, " has a shape whose product overflows");
  }
  if (bits % 8 != 0) {
    return InvalidSafetensors(what, " has ", bits, " bits, which are no whole bytes");
  }
  bytes = bits / 8;
  return absl::OkStatus();
}

// Everything about one tensor but its data.
absl::Status ReadEntry(const std::string& name, const Json& json, TensorView& tensor,
                       Place& place) {
  const std::string what = absl::StrCat("tensor ", QuotedName(name));
  if (!json.is_object() || !json.contains("dtype") || !json.contains("shape") ||
      !json.contains("data_offsets")) {
    return InvalidSafetensors(what, " is not an object of dtype, shape and data_offsets");
  }
  const Json& dtype = json["dtype"];
  const auto known = dtype.is_string() ? DTypeNamed(dtype.get<std::string>()) : std::nullopt;
  if (!known) {
    return InvalidSafetensors(
        what, " has a dtype that the format does not know: ",
        dtype.dump(-1, ' ', true, Json::error_handler_t::replace).substr(0, 80));
  }
  tensor.dtype = *known;
  uint64_t bytes = 0;
  if (absl::Status status = ReadShape(what, json["shape"], tensor, bytes); !status.ok()) {
    return status;
  }
  const Json& offsets = json["data_offsets"];
  if (!offsets.is_array() || offsets.size() != 2 || !IsUnsigned(offsets[0]) ||
      !IsUnsigned(offsets[1])) {
    return InvalidSafetensors(what, " has data_offsets that are not two whole numbers >= 0");
  }
  place = {name, offsets[0].get<uint64_t>(), offsets[1].get<uint64_t>()};
  if (place.end < place.begin || place.end - place.begin != bytes) {
    return InvalidSafetensors(what, " has data_offsets ", place.begin, " to ", place.end, ", but ",
                              bytes, " bytes by its dtype and shape");
  }
  return absl::OkStatus();
}

// The format wants the data covered without gaps or overlaps.
absl::Status ReadData(std::string_view data, std::vector<Place> places, TensorFileView& file) {
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
  });
  uint64_t covered = 0;
  for (const Place& place : places) {
    if (place.begin != covered) {
      return InvalidSafetensors(
          "tensor ", QuotedName(place.name), " begins at byte ", place.begin,
          " of the data, which leaves a gap or overlaps the tensor before it, "
          "which ends at ",
          covered);
    }
    if (place.end > data.size()) {
      return InvalidSafetensors("tensor ", QuotedName(place.name), " ends at byte ", place.end,
                                " of the data, which has only ", data.size(), " bytes");
    }
    covered = place.end;
    file.tensors[place.name].data = data.substr(place.begin, place.end - place.begin);
  }
  if (covered != data.size()) {
    return InvalidSafetensors("the tensors cover ", covered, " of ", data.size(), " bytes of data");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string_view> HeaderText(std::string_view bytes) {
  uint64_t length = 0;
  if (bytes.size() < sizeof length)
    return InvalidSafetensors("it has only ", bytes.size(), " bytes");
  std::memcpy(&length, bytes.data(), sizeof length);
  if (length > kMaxSafetensorsHeaderBytes) {
    return InvalidSafetensors("a header of ", length, " bytes; at most ",
                              kMaxSafetensorsHeaderBytes, " are allowed");
  }
  if (length > bytes.size() - sizeof length) {
    return InvalidSafetensors("a header of ", length, " bytes in a file of ", bytes.size());
  }
  return bytes.substr(sizeof length, length);
}

}  // namespace

absl::StatusOr<TensorFileView> ViewSafetensors(std::string_view bytes) {
  const absl::StatusOr<std::string_view> text = HeaderText(bytes);
  if (!text.ok()) return text.status();
  const absl::StatusOr<Json> header = ParseSafetensorsHeader(*text);
  if (!header.ok()) return header.status();
  TensorFileView file;
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

absl::StatusOr<TensorFile> ParseSafetensors(std::string_view bytes) {
  absl::StatusOr<TensorFileView> view = ViewSafetensors(bytes);
  if (!view.ok()) return view.status();
  TensorFile file;
  file.metadata = std::move(view->metadata);
  for (auto& [name, tensor] : view->tensors) {
    file.tensors[name] = {tensor.dtype, std::move(tensor.shape), std::string(tensor.data)};
  }
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
