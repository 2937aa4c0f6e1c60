#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "common/safetensors/dtype.h"
#include "common/safetensors/safetensors.h"

namespace paceline {
namespace {

using Json = nlohmann::json;
using Entry = std::pair<const std::string, Tensor>;

// Wide types first, so that every tensor is aligned to its elements; by name among equals.
std::vector<const Entry*> FileOrder(const TensorFile& file) {
  std::vector<const Entry*> order;
  for (const Entry& entry : file.tensors) order.push_back(&entry);
  std::stable_sort(order.begin(), order.end(), [](const Entry* a, const Entry* b) {
    return DTypeBits(a->second.dtype) > DTypeBits(b->second.dtype);
  });
  return order;
}

std::string Header(const TensorFile& file, const std::vector<const Entry*>& order) {
  Json header = Json::object();
  if (!file.metadata.empty()) header["__metadata__"] = file.metadata;
  size_t offset = 0;
  for (const Entry* entry : order) {
    const auto& [name, tensor] = *entry;
    const size_t end = offset + tensor.data.size();
    header[name] = {{"dtype", DTypeName(tensor.dtype)},
                    {"shape", tensor.shape},
                    {"data_offsets", Json::array({offset, end})}};
    offset = end;
  }
  std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.resize((text.size() + 7) / 8 * 8, ' ');
  return text;
}

}  // namespace

std::string SerializeSafetensors(const TensorFile& file) {
  const std::vector<const Entry*> order = FileOrder(file);
  const std::string header = Header(file, order);
  const uint64_t length = header.size();
  std::string bytes(sizeof length, '\0');
  std::memcpy(bytes.data(), &length, sizeof length);
  bytes += header;
  for (const Entry* entry : order) bytes += entry->second.data;
  return bytes;
}

}  // namespace paceline
