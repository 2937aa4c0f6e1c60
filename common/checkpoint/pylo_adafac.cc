// AdafacLO's MetaMLP.
#include <cmath>

#include "common/checkpoint/pylo_families.h"
#include "common/lopt/adafac_mlp/decays.h"

namespace paceline {
namespace {

constexpr int kInputs = 39;

// PyLO counts the hidden layers after the first.
std::string LayerName(uint32_t layer, uint32_t layers) {
  if (layer == 0) return "network.input";
  if (layer == layers) return "network.output";
  return "network.linear_" + std::to_string(layer - 1);
}

// PyLO's class starts at the default decays; a decay is 1 − (1 − start)·e^(10·offset).
std::map<std::string, std::vector<double>> ShiftsOf(const v1::AdafacMlp& config) {
  const AdafacDecayValues own = DecayValuesOf(config), pylo;
  std::map<std::string, std::vector<double>> shifts;
  const auto add = [&](const char* path, const std::vector<double>& from,
                       const std::vector<double>& to) {
    if (from == to) return;
    for (size_t i = 0; i < from.size(); ++i) {
      shifts[path].push_back(std::log((1 - from[i]) / (1 - to[i])) / 10);
    }
  };
  add("momentum_decays", own.momentum, pylo.momentum);
  add("rms_decays", {own.rms}, {pylo.rms});
  add("adafactor_decays", own.factored, pylo.factored);
  return shifts;
}

}  // namespace

PyloForm PyloAdafacMlp(const v1::AdafacMlp& config) {
  PyloModule module{.folder = "",
                    .config = {{"input_size", kInputs},
                               {"hidden_size", config.hidden()},
                               {"hidden_layers", config.layers() - 1}},
                    .tensors = {}};
  for (uint32_t layer = 0; layer <= config.layers(); ++layer) {
    const std::string name = LayerName(layer, config.layers()), number = std::to_string(layer);
    module.tensors.push_back({name + ".weight", {"nn/~/w" + number}, true});
    module.tensors.push_back({name + ".bias", {"nn/~/b" + number}});
  }
  return {.optimizer = "AdafacLO_naive",
          .modules = {module},
          .kwargs = {{"exp_mult", config.exp_multiplier()},
                     {"step_mult", config.step_multiplier()},
                     {"hidden_size", config.hidden()},
                     {"hidden_layers", config.layers() - 1}},
          .kwarg_leaves = {"momentum_decays", "rms_decays", "adafactor_decays"},
          .kwarg_shifts = ShiftsOf(config)};
}

absl::Status ReadPyloAdafacMlp(const nlohmann::json& config, const nlohmann::json& kwargs,
                               v1::AdafacMlp& adafac_mlp) {
  PyloNumbers module(config, "config.json"), arguments(kwargs, "pylo_kwargs.json");
  if (module.Whole("input_size", kInputs) != kInputs) {
    return absl::InvalidArgumentError("config.json's input_size is not 39, AdafacLO's");
  }
  adafac_mlp.set_hidden(module.Whole("hidden_size"));
  adafac_mlp.set_layers(module.Whole("hidden_layers") + 1);
  adafac_mlp.set_exp_multiplier(arguments.Real("exp_mult"));
  adafac_mlp.set_step_multiplier(arguments.Real("step_mult"));
  if (!module.status().ok()) return module.status();
  return arguments.status();
}

}  // namespace paceline
