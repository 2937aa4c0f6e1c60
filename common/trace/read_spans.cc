#include "common/trace/read_spans.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "common/base/file.h"
#include "fmt/format.h"

namespace paceline {

absl::StatusOr<ReadSpans> ReadSpanFile(const std::string& path) {
  const auto bytes = ReadFile(path);
  if (!bytes.ok()) return bytes.status();
  ReadSpans read;
  int64_t number = 0;
  for (std::string_view rest = *bytes; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    ++number;
    auto batches = ReadOtlpLine(line);
    if (batches.ok()) {
      std::ranges::move(*batches, std::back_inserter(read.batches));
    } else if (++read.lines_left_out == 1) {
      read.why = fmt::format("line {}: {}", number, std::string(batches.status().message()));
    }
  }
  if (!read.batches.empty() || number == 0) return read;
  return absl::InvalidArgumentError(
      fmt::format("{} holds no spans, as --trace writes them: {}", path, read.why));
}

}  // namespace paceline
