#include "worker/data/raw_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <utility>

#include "common/base/digest.h"
#include "worker/data/csv.h"

namespace paceline {
namespace {

// Of records, one after the other, without a copy of them all.
class RecordsDigest {
 public:
  void Add(const std::vector<std::string>& fields) {
    for (const std::string& field : fields) bytes_ += fmt::format("{}:{}", field.size(), field);
    bytes_ += '\n';
    constexpr size_t kPiece = size_t{1} << 20;
    if (bytes_.size() >= kPiece) bytes_ = Sha256Hex(bytes_);
  }
  std::string Finish() const { return Sha256Hex(bytes_); }

 private:
  std::string bytes_;
};

absl::Status CheckNames(const std::vector<std::string>& names) {
  std::set<std::string_view> seen;
  for (size_t i = 0; i < names.size(); ++i) {
    if (seen.insert(names[i]).second) continue;
    return absl::DataLossError(
        fmt::format("line 1, column {}: a second column is named {}", i + 1, ShownField(names[i])));
  }
  return absl::OkStatus();
}

// Where the target is.
absl::StatusOr<size_t> TargetOf(const std::vector<std::string>& names, const v1::Table& use) {
  const auto found = std::find(names.begin(), names.end(), use.target());
  if (found == names.end()) {
    constexpr size_t kShown = 20;
    std::vector<std::string> shown;
    for (size_t i = 0; i < std::min(names.size(), kShown); ++i)
      shown.push_back(ShownField(names[i]));
    return absl::InvalidArgumentError(fmt::format("has no column {} (the target); it has {}{}",
                                                  ShownField(use.target()), fmt::join(shown, ", "),
                                                  names.size() > kShown ? ", ..." : ""));
  }
  if (names.size() - 1 != use.features()) {
    return absl::InvalidArgumentError(fmt::format("has {} columns beside {}, but `features` is {}",
                                                  names.size() - 1, ShownField(use.target()),
                                                  use.features()));
  }
  return static_cast<size_t>(found - names.begin());
}

absl::StatusOr<RawTable> ParseHeader(const std::vector<std::string>& names, const v1::Table& use) {
  if (absl::Status status = CheckNames(names); !status.ok()) return status;
  const absl::StatusOr<size_t> target = TargetOf(names, use);
  if (!target.ok()) return target.status();
  RawTable table;
  table.target_column = *target;
  table.feature_names = names;
  table.feature_names.erase(table.feature_names.begin() + static_cast<std::ptrdiff_t>(*target));
  return table;
}

absl::Status AppendRow(const std::vector<std::string>& fields, size_t line, RawTable& table) {
  const size_t columns = table.feature_names.size() + 1;
  if (fields.size() != columns) {
    return absl::DataLossError(
        fmt::format("line {}: {} fields; expected {} as in line 1", line, fields.size(), columns));
  }
  for (size_t i = 0; i < columns; ++i) {
    if (i == table.target_column) continue;
    float number = 0;
    if (!ParseNumber(fields[i], number)) {
      const std::string& name = table.feature_names[i - (i > table.target_column ? 1 : 0)];
      return absl::DataLossError(
          fmt::format("line {}, column {} ({}): {} is no number that a "
                      "float32 holds; expected one, as 1.5 or -2e3",
                      line, i + 1, ShownField(name), ShownField(fields[i])));
    }
    table.features.push_back(number);
  }
  table.targets.push_back(fields[table.target_column]);
  table.lines.push_back(line);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RawTable> ParseTable(std::string_view bytes, const v1::Table& use) {
  CsvReader reader(bytes);
  RecordsDigest digest;
  std::vector<std::string> fields;
  absl::StatusOr<bool> more = reader.Next(fields);
  if (!more.ok()) return more.status();
  if (!*more) return absl::DataLossError("is empty; expected a line with the columns' names");
  digest.Add(fields);
  absl::StatusOr<RawTable> table = ParseHeader(fields, use);
  if (!table.ok()) return table.status();
  while (true) {
    more = reader.Next(fields);
    if (!more.ok()) return more.status();
    if (!*more) break;
    digest.Add(fields);
    absl::Status status = AppendRow(fields, reader.line(), *table);
    if (!status.ok()) return status;
  }
  table->digest = digest.Finish();
  return table;
}

bool ParseNumber(std::string_view text, float& number) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  // As a double, whose range makes a zero of what is too small for a float32.
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  number = static_cast<float>(value);
  return std::isfinite(number);
}

std::string ShownField(std::string_view field) {
  constexpr size_t kShown = 60;
  return fmt::format("\"{}{}\"", field.substr(0, kShown), field.size() > kShown ? "..." : "");
}

}  // namespace paceline
