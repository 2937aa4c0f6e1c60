#include "worker/data/table_targets.h"

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <optional>
#include <string_view>

namespace paceline {
namespace {

std::optional<int32_t> WholeNumber(std::string_view text, uint32_t classes) {
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number >= classes) return {};
  return static_cast<int32_t>(number);
}

std::string PlaceOf(const RawTable& table, size_t row, const v1::Table& use) {
  return fmt::format("line {}, column {} ({})", table.lines[row], table.target_column + 1,
                     ShownField(use.target()));
}

// Every different target, by number.
std::map<std::string_view, int32_t> Numbered(const RawTable& table) {
  std::map<std::string_view, int32_t> numbers;
  for (const std::string& target : table.targets) numbers.emplace(target, 0);
  int32_t next = 0;
  for (auto& [target, number] : numbers) number = next++;
  return numbers;
}

absl::StatusOr<std::vector<int32_t>> LabelsByName(const RawTable& table, const v1::Table& use,
                                                  size_t first_unlike) {
  const std::map<std::string_view, int32_t> numbers = Numbered(table);
  if (numbers.size() != use.classes()) {
    return absl::DataLossError(
        fmt::format("{}: {} is no whole number from 0 to {}; expected these alone, or {} different "
                    "names in the column, which has {}",
                    PlaceOf(table, first_unlike, use), ShownField(table.targets[first_unlike]),
                    use.classes() - 1, use.classes(), numbers.size()));
  }
  std::vector<int32_t> labels;
  for (const std::string& target : table.targets) labels.push_back(numbers.at(target));
  return labels;
}

}  // namespace

absl::StatusOr<std::vector<int32_t>> LabelsOf(const RawTable& table, const v1::Table& use) {
  std::vector<int32_t> labels;
  for (size_t row = 0; row < table.rows(); ++row) {
    const std::optional<int32_t> label = WholeNumber(table.targets[row], use.classes());
    if (!label) return LabelsByName(table, use, row);
    labels.push_back(*label);
  }
  return labels;
}

absl::StatusOr<std::vector<float>> NumbersOf(const RawTable& table, const v1::Table& use) {
  std::vector<float> numbers(table.rows());
  for (size_t row = 0; row < table.rows(); ++row) {
    if (ParseNumber(table.targets[row], numbers[row])) continue;
    return absl::DataLossError(
        fmt::format("{}: {} is no number that a float32 holds; expected one, or `classes` in the "
                    "config",
                    PlaceOf(table, row, use), ShownField(table.targets[row])));
  }
  return numbers;
}

}  // namespace paceline
