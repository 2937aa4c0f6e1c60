#include "worker/engine/cuda_data.h"

#include <map>
#include <mutex>
#include <utility>

namespace paceline {
namespace {

absl::StatusOr<std::shared_ptr<const CudaData>> Upload(
    const cuda::Device& device, const std::shared_ptr<const ImageData>& data) {
  auto stream = cuda::Stream::Create(device);
  if (!stream.ok()) return stream.status();
  const Examples& train = data->train;
  auto images = cuda::Array<float>::Of(device, *stream, train.images);
  if (!images.ok()) return images.status();
  auto labels = cuda::Array<int32_t>::Of(device, *stream, train.labels);
  if (!labels.ok()) return labels.status();
  if (absl::Status status = stream->Wait(); !status.ok()) return status;
  return std::make_shared<const CudaData>(CudaData{data, *std::move(images), *std::move(labels)});
}

}  // namespace

absl::StatusOr<std::shared_ptr<const CudaData>> DataOnDevice(
    const cuda::Device& device, const std::shared_ptr<const ImageData>& data) {
  static std::mutex mutex;
  // What is kept keeps its host data, so a key that is in use names one data set.
  static auto& kept =
      *new std::map<std::pair<int, const ImageData*>, std::weak_ptr<const CudaData>>;
  const std::scoped_lock lock(mutex);
  std::weak_ptr<const CudaData>& entry = kept[{device.info().index, data.get()}];
  if (auto existing = entry.lock()) return existing;
  auto uploaded = Upload(device, data);
  if (uploaded.ok()) entry = *uploaded;
  return uploaded;
}

}  // namespace paceline
