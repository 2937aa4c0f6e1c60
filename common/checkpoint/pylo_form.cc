#include "common/checkpoint/pylo_form.h"

#include "common/checkpoint/pylo_families.h"
#include "common/config/optimizer.h"
#include "common/lopt/layout.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace paceline {
namespace {

using Json = nlohmann::json;

constexpr uint32_t kMaxWhole = 1'000'000;

}  // namespace

const Json* PyloNumbers::Find(const std::string& key, bool needed) {
  const auto found = object_.find(key);
  if (found != object_.end()) return &*found;
  if (needed) Fail(fmt::format("{} has no \"{}\"", name_, key));
  return nullptr;
}

void PyloNumbers::Fail(const std::string& text) {
  if (status_.ok()) status_ = absl::InvalidArgumentError(text);
}

uint32_t PyloNumbers::Whole(const std::string& key, std::optional<uint32_t> absent) {
  const Json* value = Find(key, !absent);
  if (value == nullptr) return absent.value_or(0);
  if (value->is_number_unsigned() && value->get<uint64_t>() <= kMaxWhole) {
    return value->get<uint32_t>();
  }
  Fail(fmt::format("{}: \"{}\" is not a whole number from 0 to {}", name_, key, kMaxWhole));
  return 0;
}

double PyloNumbers::Real(const std::string& key, std::optional<double> absent) {
  const Json* value = Find(key, !absent);
  if (value == nullptr) return absent.value_or(0);
  if (value->is_number()) return value->get<double>();
  Fail(fmt::format("{}: \"{}\" is not a number", name_, key));
  return 0;
}

absl::StatusOr<PyloForm> PyloFormOf(const v1::LearnedOptimizer& optimizer) {
  switch (optimizer.kind_case()) {
    case v1::LearnedOptimizer::kAdafacMlp:
      return PyloAdafacMlp(optimizer.adafac_mlp());
    default:
      return absl::InvalidArgumentError(
          fmt::format("PyLO has no {}; it has adafac_mlp", LayoutOf(optimizer).optimizer));
  }
}

absl::StatusOr<v1::LearnedOptimizer> OptimizerOfPylo(const std::map<std::string, Json>& modules,
                                                     const Json& kwargs) {
  v1::LearnedOptimizer optimizer;
  absl::Status status =
      ReadPyloAdafacMlp(modules.begin()->second, kwargs, *optimizer.mutable_adafac_mlp());
  if (!status.ok()) return status;
  const std::vector<std::string> faults = CheckOptimizer(optimizer);
  if (faults.empty()) return optimizer;
  return absl::InvalidArgumentError(
      fmt::format("its config.json and pylo_kwargs.json: {}", fmt::join(faults, "; ")));
}

}  // namespace paceline
