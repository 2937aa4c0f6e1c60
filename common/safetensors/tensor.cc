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
  uint64_t bits;
};
// In the order of the enum.
constexpr DTypeInfo kDTypes[] = {
    {DType::kF32, "F32", 32},
    {DType::kF64, "F64", 64},
    {DType::kI32, "I32", 32},
    {DType::kI64, "I64", 64},
    {DType::kU8, "U8", 8},
    {DType::kBool, "BOOL", 8},
    {DType::kF16, "F16", 16},
    {DType::kBf16, "BF16", 16},
    {DType::kI8, "I8", 8},
    {DType::kI16, "I16", 16},
    {DType::kU16, "U16", 16},
    {DType::kU32, "U32", 32},
    {DType::kU64, "U64", 64},
    {DType::kC64, "C64", 64},
    {DType::kF8E4m3, "F8_E4M3", 8},
    {DType::kF8E5m2, "F8_E5M2", 8},
    {DType::kF8E8m0, "F8_E8M0", 8},
    {DType::kF8E4m3fnuz, "F8_E4M3FNUZ", 8},
    {DType::kF8E5m2fnuz, "F8_E5M2FNUZ", 8},
    {DType::kF6E2m3, "F6_E2M3", 6},
    {DType::kF6E3m2, "F6_E3M2", 6},
    {DType::kF4, "F4", 4},
};

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

uint64_t DTypeBits(DType dtype) { return kDTypes[static_cast<size_t>(dtype)].bits; }

std::optional<DType> DTypeNamed(std::string_view name) {
  for (const DTypeInfo& info : kDTypes) {
    if (info.name == name) return info.dtype;
  }
  return std::nullopt;
}

size_t Tensor::elements() const { return data.size() * 8 / DTypeBits(dtype); }

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
