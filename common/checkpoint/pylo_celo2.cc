// CELO2's split-input MLP, whose weights PyLO keeps as [in, out].
#include "common/checkpoint/pylo_families.h"

namespace paceline {
namespace {

constexpr int kGroups[] = {1, 1, 1, 3, 1, 3, 1, 3, 1, 3, 3, 3, 3, 3};
constexpr int kOutputs = 3;
// PyLO always clips elements, by default to ±1000.
constexpr double kNoClip = 1e30;

}  // namespace

PyloForm PyloCelo2(const v1::Celo2& config) {
  PyloModule module{.folder = "",
                    .config = {{"feature_dims", kGroups},
                               {"hidden_size", config.hidden()},
                               {"hidden_layers", config.layers()},
                               {"output_size", kOutputs},
                               {"activation", "relu"}},
                    .tensors = {}};
  for (size_t group = 0; group < std::size(kGroups); ++group) {
    const std::string number = std::to_string(group);
    module.tensors.push_back({"w0." + number, {"nn/~/w0__" + number}});
  }
  module.tensors.push_back({"b0", {"nn/~/b0"}});
  for (uint32_t layer = 1; layer <= config.layers(); ++layer) {
    const std::string place = std::to_string(layer - 1), number = std::to_string(layer);
    module.tensors.push_back({"dense_w." + place, {"nn/~/w" + number}});
    module.tensors.push_back({"dense_b." + place, {"nn/~/b" + number}});
  }
  PyloForm form{.optimizer = "CELO2_naive",
                .modules = {module},
                .kwargs = {{"lr", config.learning_rate()},
                           {"weight_decay", config.weight_decay()},
                           {"adam_lr_mult", config.adam_multiplier()},
                           {"adam_betas", {config.beta1(), config.beta2()}},
                           {"adam_eps", config.epsilon()},
                           {"orthogonalize", config.newton_schulz_steps() > 0},
                           {"ns_iters", config.newton_schulz_steps()},
                           {"ff_hidden_size", config.hidden()},
                           {"ff_hidden_layers", config.layers()}},
                .kwarg_leaves = {}};
  if (config.clip().has_global_norm()) {
    form.kwargs["clip_grad"] = true;
    form.kwargs["clip_norm"] = config.clip().global_norm();
  }
  form.kwargs["grad_clip_val"] = config.clip().has_element() ? config.clip().element() : kNoClip;
  return form;
}

// Arguments that are absent have the defaults of PyLO's class.
absl::Status ReadPyloCelo2(const nlohmann::json& config, const nlohmann::json& kwargs,
                           v1::Celo2& celo2) {
  PyloNumbers module(config, "config.json"), arguments(kwargs, "pylo_kwargs.json");
  celo2.set_hidden(module.Whole("hidden_size", 8));
  celo2.set_layers(module.Whole("hidden_layers", 2));
  if (module.Whole("output_size", kOutputs) != kOutputs ||
      config.value("activation", nlohmann::json("relu")) != "relu" ||
      config.value("feature_dims", nlohmann::json(kGroups)) != nlohmann::json(kGroups)) {
    return absl::InvalidArgumentError(
        "config.json is not of CELO2's 30 inputs in 14 groups, relu and 3 outputs");
  }
  celo2.set_learning_rate(arguments.Real("lr", 1e-3));
  celo2.set_weight_decay(arguments.Real("weight_decay", 0));
  celo2.set_adam_multiplier(arguments.Real("adam_lr_mult", 1));
  celo2.set_beta1(arguments.Real("adam_betas", 0.9, 0));
  celo2.set_beta2(arguments.Real("adam_betas", 0.95, 1));
  celo2.set_epsilon(arguments.Real("adam_eps", 1e-8));
  celo2.set_newton_schulz_steps(
      arguments.Flag("orthogonalize", true) ? arguments.Whole("ns_iters", 5) : 0);
  if (arguments.Flag("clip_grad", false)) {
    celo2.mutable_clip()->set_global_norm(arguments.Real("clip_norm", 1));
  } else if (const double limit = arguments.Real("grad_clip_val", 1000); limit < kNoClip) {
    celo2.mutable_clip()->set_element(limit);
  }
  if (!module.status().ok()) return module.status();
  return arguments.status();
}

}  // namespace paceline
