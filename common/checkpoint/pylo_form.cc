#include "common/checkpoint/pylo_form.h"

#include "common/checkpoint/pylo_families.h"
#include "common/config/optimizer.h"
#include "common/lopt/features.h"
#include "common/lopt/layout.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace paceline {
namespace {

using Json = nlohmann::json;

constexpr uint32_t kMaxWhole = 1'000'000;

// All of the family's own features in their order, nothing around the network.
bool IsPlain(const v1::AdafacMlp& config) {
  v1::AdafacMlp all = config;
  all.clear_features();
  const FeatureRows rows = RowsOf(config), expected = RowsOf(all);
  return rows.own == expected.own && rows.curvature == expected.curvature &&
         rows.time == expected.time && config.layers() > 0 && !config.has_clip() &&
         !config.has_update_rms();
}

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

double PyloNumbers::Real(const std::string& key, double absent, size_t place) {
  const Json* list = Find(key, false);
  if (list == nullptr) return absent;
  if (list->is_array() && place < list->size() && (*list)[place].is_number()) {
    return (*list)[place].get<double>();
  }
  Fail(fmt::format("{}: \"{}\" is not a list of numbers", name_, key));
  return absent;
}

bool PyloNumbers::Flag(const std::string& key, bool absent) {
  const Json* value = Find(key, false);
  if (value == nullptr) return absent;
  if (value->is_boolean()) return value->get<bool>();
  Fail(fmt::format("{}: \"{}\" is not true or false", name_, key));
  return absent;
}

absl::StatusOr<PyloForm> PyloFormOf(const v1::LearnedOptimizer& optimizer) {
  if (optimizer.has_adafac_mlp()) {
    if (IsPlain(optimizer.adafac_mlp())) return PyloAdafacMlp(optimizer.adafac_mlp());
    return absl::InvalidArgumentError(
        "PyLO has adafac_mlp with one hidden layer or more and all of its own features, "
        "without clip and update_rms");
  }
  if (optimizer.has_celo2()) {
    if (optimizer.celo2().layers() > 0) return PyloCelo2(optimizer.celo2());
    return absl::InvalidArgumentError("PyLO has celo2 with one hidden layer or more");
  }
  if (optimizer.has_hyper_v2()) {
    const std::string lacks = PyloVeloLacks(optimizer.hyper_v2());
    if (lacks.empty()) return PyloVelo(optimizer.hyper_v2());
    return absl::InvalidArgumentError("PyLO has hyper_v2, as VeLO, without " + lacks);
  }
  return absl::InvalidArgumentError(fmt::format(
      "PyLO has no {}; it has adafac_mlp, celo2 and hyper_v2", LayoutOf(optimizer).optimizer));
}

absl::StatusOr<v1::LearnedOptimizer> OptimizerOfPylo(const std::map<std::string, Json>& modules,
                                                     const Json& kwargs) {
  v1::LearnedOptimizer optimizer;
  const Json& config = modules.begin()->second;
  absl::Status status;
  if (modules.contains("rnn") && modules.contains("mlp")) {
    status =
        ReadPyloVelo(modules.at("rnn"), modules.at("mlp"), kwargs, *optimizer.mutable_hyper_v2());
  } else if (config.contains("feature_dims")) {
    status = ReadPyloCelo2(config, kwargs, *optimizer.mutable_celo2());
  } else {
    status = ReadPyloAdafacMlp(config, kwargs, *optimizer.mutable_adafac_mlp());
  }
  if (!status.ok()) return status;
  const std::vector<std::string> faults = CheckOptimizer(optimizer);
  if (faults.empty()) return optimizer;
  return absl::InvalidArgumentError(
      fmt::format("its config.json and pylo_kwargs.json: {}", fmt::join(faults, "; ")));
}

}  // namespace paceline
