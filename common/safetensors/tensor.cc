#include <bit>
#include <cstdio>
#include <cstdlib>

#include "common/safetensors/dtype.h"
#include "common/safetensors/safetensors.h"

namespace paceline {
namespace {

static_assert(std::endian::native == std::endian::little, "tensor data is used in place");

struct DTypeInfo {
  DType dtype;
  std::string_view name;
  size_t bytes;
};
constexpr DTypeInfo kDTypes[] = {{DType::kF32, "F32", 4}, {DType::kF64, "F64", 8},
                                 {DType::kI32, "I32", 4}, {DType::kI64, "I64", 8},
                                 {DType::kU8, "U8", 1},   {DType::kBool, "BOOL", 1}};

template <class T>
std::span<const T> View(const Tensor& tensor, DType wanted) {
  if (tensor.dtype != wanted) {
    std::fprintf(stderr, "a tensor of dtype %s was read as %s\n", DTypeName(tensor.dtype).data(),
                 DTypeName(wanted).data());
    std::abort();
  }
  return {reinterpret_cast<const T*>(tensor.data.data()), tensor.data.size() / sizeof(T)};
}

}  // namespace

std::string_view DTypeName(DType dtype) { return kDTypes[static_cast<size_t>(dtype)].name; }

size_t DTypeBytes(DType dtype) { return kDTypes[static_cast<size_t>(dtype)].bytes; }

std::optional<DType> DTypeNamed(std::string_view name) {
  for (const DTypeInfo& info : kDTypes) {
    if (info.name == name) return info.dtype;
  }
  return std::nullopt;
}

size_t Tensor::elements() const { return data.size() / DTypeBytes(dtype); }

std::span<const float> Tensor::f32() const { return View<float>(*this, DType::kF32); }
std::span<const double> Tensor::f64() const { return View<double>(*this, DType::kF64); }
std::span<const int32_t> Tensor::i32() const { return View<int32_t>(*this, DType::kI32); }
std::span<const uint8_t> Tensor::u8() const { return View<uint8_t>(*this, DType::kU8); }

Tensor Tensor::F32(std::vector<int64_t> shape, std::span<const float> values) {
  Tensor tensor;
  tensor.shape = std::move(shape);
  tensor.data.assign(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  return tensor;
}

}  // namespace paceline
