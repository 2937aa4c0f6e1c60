#include "worker/task/network/table_arrays.h"

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <vector>

namespace paceline {
namespace {

TorchArray ArrayOf(const NetworkInput& input, const TableRows& rows) {
  const std::vector<int64_t> shape(input.shape.begin() + 1, input.shape.end());
  switch (input.kind) {
    case InputKind::kFeatures:
      return {.values = rows.features.data(), .shape = shape};
    case InputKind::kLabels:
      return {.values = rows.labels.data(), .shape = shape};
    case InputKind::kTargets:
      return {.values = rows.targets.data(), .shape = shape};
    case InputKind::kImages:
    case InputKind::kTokens:
      break;
  }
  std::abort();  // no table's
}

SplitArrays OfRows(const Network& network, const TableRows& rows) {
  SplitArrays arrays;
  for (const NetworkInput& input : network.inputs) arrays.arrays.push_back(ArrayOf(input, rows));
  arrays.rows = static_cast<int64_t>(rows.count());
  return arrays;
}

}  // namespace

absl::StatusOr<TaskData> LoadTableArrays(const v1::Table& use, const Network& network,
                                         DataStore& store) {
  const absl::StatusOr<std::shared_ptr<const TableData>> data = store.Table(use);
  if (!data.ok()) return data.status();
  const TableData& table = **data;
  return TaskData{.owner = *data,
                  .train = OfRows(network, table.train),
                  .inner_valid = OfRows(network, table.inner_valid),
                  .outer_valid = OfRows(network, table.outer_valid),
                  .test = OfRows(network, table.test)};
}

}  // namespace paceline
