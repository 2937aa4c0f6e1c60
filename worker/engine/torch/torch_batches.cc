#include "worker/engine/torch/torch_batches.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>

#include <map>
#include <mutex>
#include <tuple>
#include <utility>

namespace paceline {
namespace {

using Arrays = std::vector<at::Tensor>;

// [row, shape...]; rows of a text overlap.
at::Tensor OnDevice(const TorchArray& array, int64_t rows, at::Device device) {
  const int64_t numbers = (rows - 1) * array.row_stride() + array.row_size();
  std::vector<int64_t> shape = {rows}, strides(array.shape.size() + 1, 1);
  shape.insert(shape.end(), array.shape.begin(), array.shape.end());
  for (size_t i = array.shape.size(); i-- > 1;) strides[i] = strides[i + 1] * shape[i + 1];
  strides[0] = array.row_stride();
  const auto host = [&](const auto* values, at::ScalarType type) {
    return at::from_blob(const_cast<void*>(static_cast<const void*>(values)), {numbers}, type);
  };
  // Only copies, which are waited for: other streams use these.
  if (const auto* const* floats = std::get_if<const float*>(&array.values)) {
    return host(*floats, at::kFloat).to(device).as_strided(shape, strides);
  }
  const at::Tensor tokens = host(std::get<const int32_t*>(array.values), at::kInt);
  return tokens.to(at::kLong).to(device).as_strided(shape, strides);
}

// Blocks of one job share the data set; it leaves the device with the last of them.
std::shared_ptr<const Arrays> Share(const TorchProgram& program, at::Device device) {
  if (program.arrays.empty()) return std::make_shared<const Arrays>();
  static std::mutex mutex;
  // Windows of two lengths on one text begin at one address: they differ in their number.
  static std::map<std::tuple<const void*, int64_t, int>, std::weak_ptr<const Arrays>> shared;
  const auto* key = std::visit([](const auto* values) { return static_cast<const void*>(values); },
                               program.arrays.front().values);
  const std::lock_guard<std::mutex> lock(mutex);
  std::weak_ptr<const Arrays>& place = shared[{key, program.rows, device.index()}];
  if (auto found = place.lock()) return found;
  Arrays arrays;
  for (const TorchArray& array : program.arrays) {
    arrays.push_back(OnDevice(array, program.rows, device));
  }
  auto made = std::make_shared<const Arrays>(std::move(arrays));
  place = made;
  return made;
}

// A host array to a tensor of a device.
template <class T>
void Upload(std::span<const T> values, const at::Tensor& to) {
  to.copy_(at::from_blob(const_cast<T*>(values.data()), to.sizes(),
                         at::TensorOptions(to.scalar_type())));
}

}  // namespace

TorchBatches::TorchBatches(const TorchProgram& program, int64_t runs, int64_t max_steps,
                           at::Device device)
    : runs_(runs), batch_(program.batch), arrays_(Share(program, device)) {
  const at::TensorOptions on_device = at::TensorOptions().device(device);
  rows_ = at::zeros({max_steps, runs * batch_}, on_device.dtype(at::kLong));
  draws_ = at::zeros({max_steps, runs * program.step_floats}, on_device.dtype(at::kFloat));
  episode_ = at::zeros({runs, program.episode_floats}, on_device.dtype(at::kFloat));
}

void TorchBatches::Begin(const StepTables& tables) {
  const at::NoGradGuard no_autograd;
  // The first rows of a table [step, ...].
  const auto upload = [](const auto& numbers, const at::Tensor& table) {
    if (numbers.empty()) return;
    Upload(std::span(numbers),
           table.narrow(0, 0, static_cast<int64_t>(numbers.size()) / table.size(1)));
  };
  upload(tables.rows, rows_);
  upload(tables.draws, draws_);
  if (!tables.episode.empty()) Upload(std::span(tables.episode), episode_);
}

TorchBatch TorchBatches::At(const at::Tensor& step) const {
  TorchBatch batch{.arrays = {}, .episode = episode_, .draws = {}};
  batch.draws = draws_.index_select(0, step).view({runs_, draws_.size(1) / runs_});
  if (arrays_->empty()) return batch;
  const at::Tensor rows = rows_.index_select(0, step).view({-1});
  for (const at::Tensor& array : *arrays_) {
    std::vector<int64_t> shape = {runs_, batch_};
    shape.insert(shape.end(), array.sizes().begin() + 1, array.sizes().end());
    batch.arrays.push_back(array.index_select(0, rows).view(shape));
  }
  return batch;
}

}  // namespace paceline
