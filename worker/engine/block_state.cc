#include "worker/engine/block_state.h"

#include <cstring>
#include <span>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace paceline {
namespace {

constexpr int64_t kProgressNumbers = 3;

template <class T>
Tensor ToTensor(DType dtype, std::vector<int64_t> shape, const std::vector<T>& values) {
  Tensor tensor{.dtype = dtype, .shape = std::move(shape), .data = {}};
  tensor.data.assign(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  return tensor;
}

// One part of every row: [run, size].
template <class T>
Tensor RowsTensor(DType dtype, const std::vector<RunRow>& rows, std::vector<T> RunRow::*part) {
  const size_t size = rows.empty() ? 0 : (rows.front().*part).size();
  Tensor tensor{.dtype = dtype,
                .shape = {static_cast<int64_t>(rows.size()), static_cast<int64_t>(size)},
                .data = {}};
  tensor.data.reserve(rows.size() * size * sizeof(T));
  for (const RunRow& row : rows) {
    tensor.data.append(reinterpret_cast<const char*>((row.*part).data()), size * sizeof(T));
  }
  return tensor;
}

std::vector<double> ProgressNumbers(const std::vector<TargetProgress>& progress) {
  std::vector<double> numbers;
  for (const TargetProgress& run : progress) {
    numbers.insert(numbers.end(),
                   {run.average ? 1.0 : 0.0, run.average.value_or(0), run.reached ? 1.0 : 0.0});
  }
  return numbers;
}

// A tensor whose first sizes are `shape` and which may have one more.
absl::StatusOr<TensorView> Find(const TensorFileView& file, const std::string& name, DType dtype,
                                std::span<const int64_t> shape, size_t rank) {
  const auto found = file.tensors.find(name);
  if (found == file.tensors.end()) {
    return absl::InvalidArgumentError(absl::StrCat("there is no tensor ", name));
  }
  const TensorView& tensor = found->second;
  bool fits = tensor.dtype == dtype && tensor.shape.size() == rank;
  for (size_t i = 0; fits && i < shape.size(); ++i) fits = tensor.shape[i] == shape[i];
  if (fits) return tensor;
  return absl::InvalidArgumentError(absl::StrCat(
      "tensor ", name, " is of another type, or its shape [", absl::StrJoin(tensor.shape, ", "),
      "] does not begin with [", absl::StrJoin(shape, ", "), "]"));
}

template <class T>
std::vector<T> ValuesOf(std::string_view bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

template <class T>
absl::StatusOr<std::vector<T>> Values(const TensorFileView& file, const std::string& name,
                                      DType dtype, const std::vector<int64_t>& shape) {
  auto tensor = Find(file, name, dtype, shape, shape.size());
  if (!tensor.ok()) return tensor.status();
  return ValuesOf<T>(tensor->data);
}

template <class T>
absl::Status FillRows(const TensorFileView& file, const std::string& name, DType dtype,
                      std::vector<T> RunRow::*part, std::vector<RunRow>& rows) {
  const int64_t runs[] = {static_cast<int64_t>(rows.size())};
  auto tensor = Find(file, name, dtype, runs, /*rank=*/2);
  if (!tensor.ok()) return tensor.status();
  const size_t bytes = tensor->data.size() / rows.size();
  for (size_t run = 0; run < rows.size(); ++run) {
    rows[run].*part = ValuesOf<T>(tensor->data.substr(run * bytes, bytes));
  }
  return absl::OkStatus();
}

std::vector<TargetProgress> ProgressOf(std::span<const double> numbers) {
  std::vector<TargetProgress> progress;
  for (size_t i = 0; i < numbers.size(); i += kProgressNumbers) {
    TargetProgress& run = progress.emplace_back();
    if (numbers[i] != 0) run.average = numbers[i + 1];
    run.reached = numbers[i + 2] != 0;
  }
  return progress;
}

}  // namespace

TensorFile ToTensors(const BlockState& state) {
  const auto particles = static_cast<int64_t>(state.starts.size());
  const auto runs = static_cast<int64_t>(state.rows.size());
  const std::vector<uint8_t> restarts(state.restarts.begin(), state.restarts.end());
  TensorFile file;
  file.tensors["particle/start"] = ToTensor(DType::kI64, {particles}, state.starts);
  file.tensors["particle/restart"] = ToTensor(DType::kU8, {particles}, restarts);
  file.tensors["run/parameters"] = RowsTensor(DType::kF32, state.rows, &RunRow::parameters);
  file.tensors["run/state"] = RowsTensor(DType::kF32, state.rows, &RunRow::state);
  file.tensors["run/system"] = RowsTensor(DType::kF64, state.rows, &RunRow::system);
  file.tensors["run/history"] = RowsTensor(DType::kF32, state.rows, &RunRow::history);
  file.tensors["run/progress"] =
      ToTensor(DType::kF64, {runs, kProgressNumbers}, ProgressNumbers(state.progress));
  return file;
}

absl::StatusOr<BlockState> FromTensors(const TensorFileView& file, int particles, int runs) {
  BlockState state;
  auto starts = Values<int64_t>(file, "particle/start", DType::kI64, {particles});
  if (!starts.ok()) return starts.status();
  auto restarts = Values<uint8_t>(file, "particle/restart", DType::kU8, {particles});
  if (!restarts.ok()) return restarts.status();
  auto progress = Values<double>(file, "run/progress", DType::kF64, {runs, kProgressNumbers});
  if (!progress.ok()) return progress.status();
  state.starts = *std::move(starts);
  state.restarts.assign(restarts->begin(), restarts->end());
  state.progress = ProgressOf(*progress);
  state.rows.resize(runs);
  absl::Status status =
      FillRows(file, "run/parameters", DType::kF32, &RunRow::parameters, state.rows);
  if (status.ok()) status = FillRows(file, "run/state", DType::kF32, &RunRow::state, state.rows);
  if (status.ok()) status = FillRows(file, "run/system", DType::kF64, &RunRow::system, state.rows);
  if (status.ok())
    status = FillRows(file, "run/history", DType::kF32, &RunRow::history, state.rows);
  if (!status.ok()) return status;
  return state;
}

}  // namespace paceline
