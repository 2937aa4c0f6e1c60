#include "worker/cuda/device.h"

#include "absl/strings/str_cat.h"
#include "worker/cuda/call.h"

namespace paceline::cuda {
namespace {

absl::StatusOr<DeviceInfo> InfoOf(int index) {
  cudaDeviceProp properties;
  PACELINE_CUDA_RETURN_IF_ERROR(cudaGetDeviceProperties, &properties, index);
  return DeviceInfo{.index = index,
                    .name = properties.name,
                    .major = properties.major,
                    .minor = properties.minor,
                    .memory_bytes = properties.totalGlobalMem,
                    .multiprocessors = properties.multiProcessorCount,
                    .shared_bytes_per_block = properties.sharedMemPerBlockOptin,
                    .shared_bytes_per_multiprocessor = properties.sharedMemPerMultiprocessor,
                    .reserved_shared_bytes = properties.reservedSharedMemPerBlock};
}

}  // namespace

absl::Status Checked(const char* call, cudaError_t error) {
  if (error == cudaSuccess) return absl::OkStatus();
  // What this call left behind must not be taken for the next one's.
  cudaGetLastError();
  const std::string message = absl::StrCat(call, ": ", cudaGetErrorString(error));
  switch (error) {
    case cudaErrorMemoryAllocation:
      return absl::ResourceExhaustedError(message);
    case cudaErrorInsufficientDriver:
      return absl::UnavailableError(
          absl::StrCat(message, " (this machine has no NVIDIA driver, or one older than CUDA ",
                       CUDART_VERSION / 1000, ")"));
    case cudaErrorNoDevice:
    case cudaErrorInvalidDevice:
    case cudaErrorDevicesUnavailable:
    case cudaErrorInitializationError:
      return absl::UnavailableError(message);
    default:
      return absl::InternalError(message);
  }
}

bool IsBuilt() { return true; }

absl::StatusOr<std::vector<DeviceInfo>> ListDevices() {
  int count = 0;
  PACELINE_CUDA_RETURN_IF_ERROR(cudaGetDeviceCount, &count);
  std::vector<DeviceInfo> devices;
  for (int index = 0; index < count; ++index) {
    absl::StatusOr<DeviceInfo> info = InfoOf(index);
    if (!info.ok()) return info.status();
    devices.push_back(*std::move(info));
  }
  if (devices.empty()) return absl::UnavailableError("cudaGetDeviceCount: it is 0");
  return devices;
}

absl::StatusOr<std::shared_ptr<const Device>> Device::Open(int index) {
  int count = 0;
  PACELINE_CUDA_RETURN_IF_ERROR(cudaGetDeviceCount, &count);
  if (index >= count) {
    return absl::UnavailableError(absl::StrCat("there is no cuda:", index, ": this machine has ",
                                               count, " CUDA device", count == 1 ? "" : "s",
                                               ", numbered from 0"));
  }
  absl::StatusOr<DeviceInfo> info = InfoOf(index);
  if (!info.ok()) return info.status();
  if (info->major < 8) {
    return absl::UnavailableError(absl::StrCat("cuda:", index, " (", info->name,
                                               ") has compute capability ", info->major, ".",
                                               info->minor, "; at least 8.0 is needed"));
  }
  std::shared_ptr<const Device> device(new Device(*std::move(info)));
  if (absl::Status status = device->Use(); !status.ok()) return status;
  PACELINE_CUDA_RETURN_IF_ERROR(cudaFree, nullptr);  // makes the context now
  return device;
}

absl::Status Device::Use() const {
  PACELINE_CUDA_RETURN_IF_ERROR(cudaSetDevice, info_.index);
  return absl::OkStatus();
}

absl::StatusOr<MemoryInfo> Device::Memory() const {
  if (absl::Status status = Use(); !status.ok()) return status;
  MemoryInfo memory;
  PACELINE_CUDA_RETURN_IF_ERROR(cudaMemGetInfo, &memory.free_bytes, &memory.total_bytes);
  return memory;
}

absl::StatusOr<Stream> Stream::Create(const Device& device) {
  if (absl::Status status = device.Use(); !status.ok()) return status;
  cudaStream_t raw = nullptr;
  PACELINE_CUDA_RETURN_IF_ERROR(cudaStreamCreateWithFlags, &raw, cudaStreamNonBlocking);
  return Stream(raw);
}

Stream::~Stream() {
  if (raw_ != nullptr) cudaStreamDestroy(raw_);
}

absl::Status Stream::Wait() const {
  PACELINE_CUDA_RETURN_IF_ERROR(cudaStreamSynchronize, raw_);
  return absl::OkStatus();
}

absl::StatusOr<Bytes> Bytes::Allocate(const Device& device, size_t size) {
  if (size == 0) return Bytes();
  if (absl::Status status = device.Use(); !status.ok()) return status;
  void* data = nullptr;
  const absl::Status status = Checked("cudaMalloc", cudaMalloc(&data, size));
  if (status.ok()) return Bytes(data, size);
  const auto memory = device.Memory();
  if (!memory.ok()) return status;
  return absl::Status(status.code(),
                      absl::StrCat(status.message(), " (", size, " bytes asked for, ",
                                   memory->free_bytes, " free on cuda:", device.info().index, ")"));
}

Bytes::~Bytes() {
  if (data_ != nullptr) cudaFree(data_);
}

absl::Status Bytes::Upload(const Stream& stream, size_t offset, const void* from,
                           size_t size) const {
  if (size == 0) return absl::OkStatus();
  PACELINE_CUDA_RETURN_IF_ERROR(cudaMemcpyAsync, static_cast<char*>(data_) + offset, from, size,
                                cudaMemcpyHostToDevice, stream.raw());
  return absl::OkStatus();
}

absl::Status Bytes::Download(const Stream& stream, size_t offset, void* to, size_t size) const {
  if (size == 0) return absl::OkStatus();
  PACELINE_CUDA_RETURN_IF_ERROR(cudaMemcpyAsync, to, static_cast<const char*>(data_) + offset, size,
                                cudaMemcpyDeviceToHost, stream.raw());
  return absl::OkStatus();
}

absl::Status Bytes::CopyWithin(const Stream& stream, size_t from, size_t to, size_t size) const {
  if (size == 0) return absl::OkStatus();
  char* base = static_cast<char*>(data_);
  PACELINE_CUDA_RETURN_IF_ERROR(cudaMemcpyAsync, base + to, base + from, size,
                                cudaMemcpyDeviceToDevice, stream.raw());
  return absl::OkStatus();
}

}  // namespace paceline::cuda
