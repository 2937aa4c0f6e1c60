#include "worker/data/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>

#include "common/noise/philox.h"
#include "worker/data/file_bytes.h"
#include "worker/data/raw_table.h"
#include "worker/data/table_targets.h"

namespace paceline {
namespace {

constexpr size_t kMaxTableBytes = size_t{1} << 30;

uint64_t KeyOf(std::string_view digest) {
  uint64_t key = 0;
  std::from_chars(digest.data(), digest.data() + 16, key, 16);
  return key;
}

uint64_t NumberOfRow(uint64_t key, uint32_t row) {
  const PhiloxPlace place = {{static_cast<uint32_t>(key), static_cast<uint32_t>(key >> 32)},
                             {0, 0, 0}};
  const PhiloxBlock<lane::Scalar> block = Philox<lane::Scalar>(place, lane::ScalarU::Set(row));
  return uint64_t{block.words[1].raw} << 32 | block.words[0].raw;
}

// Numbers of the rows in their random order.
std::vector<uint32_t> OrderOf(const RawTable& table) {
  const uint64_t key = KeyOf(table.digest);
  std::vector<std::pair<uint64_t, uint32_t>> numbered(table.rows());
  for (uint32_t row = 0; row < numbered.size(); ++row) {
    numbered[row] = {NumberOfRow(key, row), row};
  }
  std::sort(numbered.begin(), numbered.end());
  std::vector<uint32_t> order;
  order.reserve(numbered.size());
  for (const auto& [number, row] : numbered) order.push_back(row);
  return order;
}

// One column, to be standardised by some of its rows.
class Column {
 public:
  Column(std::span<float> values, size_t first, size_t stride)
      : values_(values), first_(first), stride_(stride) {}

  // False if a number becomes larger than a float32 holds.
  bool Standardise(std::span<const uint32_t> train) {
    const auto [mean, deviation] = MomentsOf(train);
    for (size_t row = 0; first_ + row * stride_ < values_.size(); ++row) {
      float& value = At(row);
      value = deviation == 0 ? 0 : static_cast<float>((value - mean) / deviation);
      if (!std::isfinite(value)) return false;
    }
    return true;
  }

 private:
  float& At(size_t row) { return values_[first_ + row * stride_]; }

  std::pair<double, double> MomentsOf(std::span<const uint32_t> rows) {
    const auto count = static_cast<double>(rows.size());
    double mean = 0, variance = 0;
    bool constant = true;
    for (const uint32_t row : rows) {
      mean += At(row) / count;
      constant = constant && At(row) == At(rows.front());
    }
    // A mean that is rounded would make a small variance of nothing.
    if (constant) return {mean, 0};
    for (const uint32_t row : rows) variance += (At(row) - mean) * (At(row) - mean) / count;
    return {mean, std::sqrt(variance)};
  }

  std::span<float> values_;
  size_t first_, stride_;
};

absl::Status TooFar(std::string_view column) {
  return absl::DataLossError(fmt::format(
      "column {}: a number is further from the others' mean than a float32 times their standard "
      "deviation; expected numbers of one scale",
      ShownField(column)));
}

absl::Status StandardiseFeatures(RawTable& table, std::span<const uint32_t> train) {
  const size_t columns = table.feature_names.size();
  for (size_t i = 0; i < columns; ++i) {
    if (Column(table.features, i, columns).Standardise(train)) continue;
    return TooFar(table.feature_names[i]);
  }
  return absl::OkStatus();
}

// What rows have of each column.
struct Targets {
  std::vector<int32_t> labels;
  std::vector<float> numbers;
};

absl::StatusOr<Targets> TargetsOf(const RawTable& table, const v1::Table& use,
                                  std::span<const uint32_t> train) {
  if (use.classes() > 0) {
    absl::StatusOr<std::vector<int32_t>> labels = LabelsOf(table, use);
    if (!labels.ok()) return labels.status();
    return Targets{.labels = *std::move(labels), .numbers = {}};
  }
  absl::StatusOr<std::vector<float>> numbers = NumbersOf(table, use);
  if (!numbers.ok()) return numbers.status();
  if (!Column(*numbers, 0, 1).Standardise(train)) return TooFar(use.target());
  return Targets{.labels = {}, .numbers = *std::move(numbers)};
}

TableRows Gathered(const RawTable& table, const Targets& targets, std::span<const uint32_t> rows) {
  const size_t columns = table.feature_names.size();
  TableRows gathered;
  gathered.features.reserve(rows.size() * columns);
  for (const uint32_t row : rows) {
    const float* begin = table.features.data() + row * columns;
    gathered.features.insert(gathered.features.end(), begin, begin + columns);
    if (!targets.labels.empty()) gathered.labels.push_back(targets.labels[row]);
    if (!targets.numbers.empty()) gathered.targets.push_back(targets.numbers[row]);
  }
  return gathered;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const TableData>> TableOf(std::string_view bytes,
                                                         const v1::Table& use) {
  absl::StatusOr<RawTable> table = ParseTable(bytes, use);
  if (!table.ok()) return table.status();
  constexpr size_t kFewest = 10;
  const size_t rows = table->rows();
  if (rows < kFewest) {
    return absl::DataLossError(
        fmt::format("holds {} rows; expected at least {} for four splits", rows, kFewest));
  }
  const std::vector<uint32_t> order = OrderOf(*table);
  const auto part = [&](size_t from, size_t to) {
    return std::span(order).subspan(rows * from / 10, rows * to / 10 - rows * from / 10);
  };
  const absl::StatusOr<Targets> targets = TargetsOf(*table, use, part(0, 7));
  if (!targets.ok()) return targets.status();
  const absl::Status status = StandardiseFeatures(*table, part(0, 7));
  if (!status.ok()) return status;
  auto data = std::make_shared<TableData>();
  data->features = use.features();
  data->classes = use.classes();
  data->train = Gathered(*table, *targets, part(0, 7));
  data->inner_valid = Gathered(*table, *targets, part(7, 8));
  data->outer_valid = Gathered(*table, *targets, part(8, 9));
  data->test = Gathered(*table, *targets, part(9, 10));
  data->digest = table->digest;
  return data;
}

absl::StatusOr<std::shared_ptr<const TableData>> LoadTable(const std::string& path,
                                                           const v1::Table& use) {
  const absl::StatusOr<FileBytes> file = FileBytes::Read(path, kMaxTableBytes);
  if (!file.ok()) return file.status();
  absl::StatusOr<std::shared_ptr<const TableData>> data = TableOf(file->view(), use);
  if (data.ok()) return data;
  return absl::Status(data.status().code(),
                      fmt::format("{}: {}", path, std::string(data.status().message())));
}

}  // namespace paceline
