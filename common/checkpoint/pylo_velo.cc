// VeLO's two modules: the LSTM that looks at tensors, and the bank of per-parameter MLPs.
#include "common/checkpoint/pylo_families.h"
#include "common/lopt/adafac_mlp/decays.h"

namespace paceline {
namespace {

constexpr int kInputs = 30;
constexpr int kGroups = 14;
constexpr int kOutputs = 3;
constexpr double kDecays[] = {0.9, 0.99, 0.999};

// torch's Linear of a haiku one.
void AddLinear(const std::string& name, const std::string& path, PyloModule& module) {
  module.tensors.push_back({name + ".weight", {path + "/w"}, true});
  module.tensors.push_back({name + ".bias", {path + "/b"}});
}

// `linear` is what neither library reads, `linear_1` the branch under the maximum.
PyloModule Rnn(const v1::HyperV2& config) {
  PyloModule rnn{.folder = "rnn",
                 .config = {{"input_size", kInputs},
                            {"lstm_hidden_size", config.lstm_hidden()},
                            {"param_inits", config.param_inits()},
                            {"mix_layers", true}},
                 .tensors = {}};
  AddLinear("mix_layer1", "rnn_params/linear", rnn);
  AddLinear("mix_layer2", "rnn_params/linear_1", rnn);
  AddLinear("final_mix_layer", "rnn_params/linear_2", rnn);
  AddLinear("lstm.linear", "rnn_params/rnn/linear", rnn);
  AddLinear("rnn_to_controls", "rnn_params/rnn_to_controls", rnn);
  AddLinear("step_size", "rnn_params/step_size", rnn);
  rnn.tensors.push_back({"lstm_init_state.0", {"lstm_init_state/hidden"}});
  rnn.tensors.push_back({"lstm_init_state.1", {"lstm_init_state/cell"}});
  return rnn;
}

// [bank, out, in] of one layer, and the network that PyLO mixes into.
void AddLayer(const std::string& weights, const std::string& biases, const std::string& place,
              uint32_t layer, std::vector<int64_t> shape, PyloModule& mlp) {
  const std::string path = "ff_mod_stack/~/", number = std::to_string(layer);
  PyloTensor weight{.name = weights + "_" + place, .leaves = {}, .transposed = true};
  if (layer == 0) {
    for (int group = 0; group < kGroups; ++group) {
      weight.leaves.push_back(path + "w0__" + std::to_string(group));
    }
  } else {
    weight.leaves.push_back(path + "w" + number);
  }
  mlp.tensors.push_back(weight);
  mlp.tensors.push_back({biases + "_" + place, {path + "b" + number}});
  mlp.scratch[weights + place] = shape;
  mlp.scratch[biases + place] = {shape[0]};
}

PyloModule Mlp(const v1::HyperV2& config) {
  const int64_t hidden = config.ff_hidden_size();
  const uint32_t layers = config.ff_hidden_layers();
  PyloModule mlp{.folder = "mlp",
                 .config = {{"param_inits", config.param_inits()},
                            {"input_size", kInputs},
                            {"hidden_size", hidden},
                            {"hidden_layers", layers - 1},
                            {"output_size", kOutputs}},
                 .tensors = {}};
  AddLayer("input_weights", "input_bias", "", 0, {hidden, kInputs}, mlp);
  for (uint32_t layer = 1; layer < layers; ++layer) {
    AddLayer("hidden_weights", "hidden_bias", "." + std::to_string(layer - 1), layer,
             {hidden, hidden}, mlp);
  }
  AddLayer("output_weights", "output_bias", "", layers, {kOutputs, hidden}, mlp);
  return mlp;
}

void ReadDecays(const char* key, PyloNumbers& arguments,
                google::protobuf::RepeatedField<double>& decays) {
  for (size_t i = 0; i < std::size(kDecays); ++i) {
    decays.Add(arguments.Real(key, kDecays[i], i));
  }
  if (std::equal(decays.begin(), decays.end(), std::begin(kDecays))) decays.Clear();
}

}  // namespace

std::string PyloVeloLacks(const v1::HyperV2& config) {
  if (!config.mix_layers()) return "mix_layers: false";
  if (config.with_validation_feature_dim()) return "with_validation_feature_dim";
  if (!config.param_scale_mult()) return "param_scale_mult: false";
  if (config.clip_param_scale_amount() != 0) return "clip_param_scale_amount";
  if (config.use_bugged_next_lstm_state()) return "use_bugged_next_lstm_state";
  if (config.use_bugged_loss_features()) return "use_bugged_loss_features";
  if (config.precondition_output()) return "precondition_output";
  if (config.rnn_state_decay() != 0) return "rnn_state_decay";
  return "";
}

PyloForm PyloVelo(const v1::HyperV2& config) {
  return {.optimizer = "VeLO_naive",
          .modules = {Rnn(config), Mlp(config)},
          .kwargs = {{"lr", 1.0},
                     {"exp_mult", config.exp_multiplier()},
                     {"step_mult", config.step_multiplier()},
                     {"hidden_size", config.ff_hidden_size()},
                     {"hidden_layers", config.ff_hidden_layers() - 1},
                     {"lstm_hidden_size", config.lstm_hidden()},
                     {"param_inits", config.param_inits()},
                     {"initial_momentum_decays", DecayValuesOf(config).momentum},
                     {"initial_rms_decays", {config.rms_decay()}},
                     {"initial_adafactor_decays", DecayValuesOf(config).factored}},
          .kwarg_leaves = {}};
}

absl::Status ReadPyloVelo(const nlohmann::json& rnn, const nlohmann::json& mlp,
                          const nlohmann::json& kwargs, v1::HyperV2& hyper_v2) {
  PyloNumbers rnn_numbers(rnn, "rnn/config.json"), mlp_numbers(mlp, "mlp/config.json"),
      arguments(kwargs, "pylo_kwargs.json");
  hyper_v2.set_lstm_hidden(rnn_numbers.Whole("lstm_hidden_size", 512));
  hyper_v2.set_param_inits(rnn_numbers.Whole("param_inits", 256));
  hyper_v2.set_mix_layers(true);
  hyper_v2.set_param_scale_mult(true);
  hyper_v2.set_ff_hidden_size(mlp_numbers.Whole("hidden_size", 4));
  hyper_v2.set_ff_hidden_layers(mlp_numbers.Whole("hidden_layers", 1) + 1);
  if (rnn_numbers.Whole("input_size", kInputs) != kInputs ||
      mlp_numbers.Whole("input_size", kInputs) != kInputs ||
      mlp_numbers.Whole("output_size", kOutputs) != kOutputs ||
      !rnn_numbers.Flag("mix_layers", true)) {
    return absl::InvalidArgumentError(
        "rnn/config.json and mlp/config.json are not of VeLO's 30 inputs, mixed, and 3 outputs");
  }
  hyper_v2.set_exp_multiplier(arguments.Real("exp_mult", 0.001));
  hyper_v2.set_step_multiplier(arguments.Real("step_mult", 0.001));
  hyper_v2.set_rms_decay(arguments.Real("initial_rms_decays", 0.999, 0));
  ReadDecays("initial_momentum_decays", arguments, *hyper_v2.mutable_momentum_decays());
  ReadDecays("initial_adafactor_decays", arguments, *hyper_v2.mutable_adafactor_decays());
  if (!rnn_numbers.status().ok()) return rnn_numbers.status();
  if (!mlp_numbers.status().ok()) return mlp_numbers.status();
  return arguments.status();
}

}  // namespace paceline
