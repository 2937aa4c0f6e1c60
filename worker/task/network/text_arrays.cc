#include "worker/task/network/text_arrays.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace paceline {
namespace {

// Evaluated are windows that do not overlap, spread evenly where there are more than enough.
SplitArrays Windows(const std::vector<int32_t>& tokens, int64_t length) {
  constexpr int64_t kEnough = 2048;
  const std::vector<int64_t> shape = {length};
  const int64_t rows = static_cast<int64_t>(tokens.size()) - length;
  return {.arrays = {{.values = tokens.data(), .shape = shape, .stride = 1},
                     {.values = tokens.data() + 1, .shape = shape, .stride = 1}},
          .rows = rows,
          .stride = std::max(length, (rows + kEnough - 1) / kEnough)};
}

absl::Status CheckLength(const v1::Text& use, const TextData& data, int64_t length) {
  const std::pair<std::string_view, const std::vector<int32_t>&> splits[] = {
      {"train", data.train},
      {"inner_valid", data.inner_valid},
      {"outer_valid", data.outer_valid},
      {"test", data.test}};
  for (const auto& [name, tokens] : splits) {
    if (static_cast<int64_t>(tokens.size()) > length) continue;
    constexpr int64_t kSplitsOfTheSmallestSize = 20;
    return absl::InvalidArgumentError(fmt::format(
        "{}: its split {} has {} tokens, too few for a sequence of {} and the token after it; "
        "expected at least {}, as in a text of {} tokens",
        PathOf(use), name, tokens.size(), length, length + 1,
        kSplitsOfTheSmallestSize * (length + 1)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TaskData> LoadTextArrays(const v1::Text& use, const Network& network,
                                        DataStore& store) {
  const absl::StatusOr<std::shared_ptr<const TextData>> data = store.Text(use);
  if (!data.ok()) return data.status();
  const TextData& text = **data;
  const int64_t length = network.inputs.front().shape.back();
  if (absl::Status status = CheckLength(use, text, length); !status.ok()) return status;
  return TaskData{.owner = *data,
                  .train = Windows(text.train, length),
                  .inner_valid = Windows(text.inner_valid, length),
                  .outer_valid = Windows(text.outer_valid, length),
                  .test = Windows(text.test, length)};
}

}  // namespace paceline
