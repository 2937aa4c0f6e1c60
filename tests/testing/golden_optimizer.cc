#include "tests/testing/golden_optimizer.h"

#include <algorithm>
#include <map>

namespace paceline::testing {
namespace {

template <class PerParameter>
void SetNetwork(const GoldenOptions& config, PerParameter& own) {
  own.set_hidden(config.at("hidden_size"));
  own.set_layers(config.at("hidden_layers"));
  own.set_step_multiplier(config.at("step_mult"));
  own.set_exp_multiplier(config.at("exp_mult"));
}

template <class Adafac>
void SetDecays(const GoldenOptions& config, Adafac& own) {
  for (const double decay : config.at("initial_momentum_decays")) own.add_momentum_decays(decay);
  for (const double decay : config.at("initial_rms_decays")) own.add_rms_decays(decay);
  for (const double decay : config.at("initial_adafactor_decays")) own.add_adafactor_decays(decay);
}

void SetNnAdam(const GoldenOptions& config, v1::NnAdam& own) {
  own.set_lstm_hidden(config.at("lstm_hidden_size"));
  own.set_output_scale(config.at("output_scale"));
  own.set_learning_rate(config.at("initial_learning_rate"));
  own.set_beta1(config.at("initial_beta1"));
  own.set_beta2(config.at("initial_beta2"));
  own.set_epsilon(config.at("initial_epsilon"));
  own.set_decay_strength(config.at("decay_strength"));
}

void SetRnnMlpLopt(const GoldenOptions& config, v1::RnnMlpLopt& own) {
  own.set_hidden(config.at("hidden_size"));
  own.set_layers(config.at("hidden_layer"));
  own.set_lstm_hidden(config.at("lstm_hidden_size"));
  own.set_from_mlp(config.at("from_mlp_size"));
  own.set_from_lstm(config.at("from_lstm_size"));
  own.set_lstm_to_ff(config.at("lstm_to_ff"));
  own.set_step_multiplier(config.at("step_multiplier"));
  own.set_exp_multiplier(config.at("magnitude_rate"));
  for (const double decay : config.at("decays")) own.add_decays(decay);
}

void SetHyperV2(const GoldenOptions& config, v1::HyperV2& own) {
  own.set_lstm_hidden(config.at("lstm_hidden_size"));
  own.set_param_inits(config.at("param_inits"));
  own.set_ff_hidden_size(config.at("ff_hidden_size"));
  own.set_ff_hidden_layers(config.at("ff_hidden_layers"));
  own.set_step_multiplier(config.at("step_mult"));
  own.set_exp_multiplier(config.at("exp_mult"));
  for (const double decay : config.at("initial_momentum_decays")) own.add_momentum_decays(decay);
  own.set_rms_decay(config.at("initial_rms_decays").at(0));
  for (const double decay : config.at("initial_adafactor_decays")) own.add_adafactor_decays(decay);
  own.set_mix_layers(config.at("mix_layers"));
  own.set_with_validation_feature_dim(config.at("with_validation_feature_dim"));
  own.set_validation_mode(config.at("validation_mode"));
  own.set_param_scale_mult(config.at("param_scale_mult"));
  const nlohmann::json& clip = config.at("clip_param_scale_amount");
  own.set_clip_param_scale_amount(clip.is_null() ? 0.0 : clip.get<double>());
  own.set_use_bugged_next_lstm_state(config.at("use_bugged_next_lstm_state"));
  own.set_use_bugged_loss_features(config.at("use_bugged_loss_features"));
  own.set_precondition_output(config.at("precondition_output"));
  own.set_rnn_state_decay(config.at("rnn_state_decay"));
}

const std::map<std::string, v1::NominalDirection>& Directions() {
  static const std::map<std::string, v1::NominalDirection> kDirections = {
      {"SGD", v1::NOMINAL_DIRECTION_SGD},
      {"SGDM", v1::NOMINAL_DIRECTION_SGDM},
      {"AggMo", v1::NOMINAL_DIRECTION_AGG_MO},
      {"Adam", v1::NOMINAL_DIRECTION_ADAM},
      {"AdamAggMo", v1::NOMINAL_DIRECTION_ADAM_AGG_MO}};
  return kDirections;
}

// exp_mult is of the step's, the nominal step's and the weight decay's magnitude, or of all three.
void SetMlpNomLopt(const GoldenOptions& config, v1::MlpNomLopt& own) {
  const nlohmann::json& multipliers = config.at("exp_mult");
  const auto multiplier = [&](size_t i) -> double {
    return multipliers.is_array() ? multipliers.at(i) : multipliers;
  };
  own.set_hidden(config.at("hidden_size"));
  own.set_layers(config.at("hidden_layers"));
  own.set_step_multiplier(config.at("step_mult"));
  own.set_exp_multiplier(multiplier(0));
  own.set_nominal_exp_multiplier(multiplier(1));
  own.set_regularization_exp_multiplier(multiplier(2));
  own.set_nominal_direction(Directions().at(config.at("nominal_grad_estimator")));
  own.set_nominal_step_size(config.at("nominal_stepsize"));
  own.set_weight_decay(config.at("weight_decay"));
  own.set_nominal_controller(config.at("nominal_controller"));
  own.set_regularization_controller(config.at("regularization_controller"));
  own.set_aggregate_magnitude(config.at("aggregate_magnitude"));
  own.set_aggregate_nominal_magnitude(config.at("aggregate_nom_magnitude"));
  own.set_aggregate_regularization_magnitude(config.at("aggregate_reg_magnitude"));
  own.set_normalize_blackbox(config.at("normalize_blackbox"));
  own.set_selfnormalize_blackbox(config.at("selfnormalize_blackbox"));
}

// Why the optimizer cannot be one of ours.
std::string Missing(const std::string& name, const GoldenOptions& config) {
  if (name == "MLPNomLOpt") {
    const std::string direction = config.at("nominal_grad_estimator");
    if (!Directions().contains(direction)) return "nominal_grad_estimator " + direction;
  }
  if (name != "AdafacMLPLOpt" && name != "MLPNomLOpt" && name != "HyperV2") return "";
  const bool ours = config.at("initial_momentum_decays").size() == 3 &&
                    config.at("initial_rms_decays").size() == 1 &&
                    config.at("initial_adafactor_decays").size() == 3;
  return ours ? "" : "other numbers of decays than 3 of momenta, 1 of second moments, 3 of factors";
}

// False if none of ours has the name.
bool SetOptimizer(const std::string& name, const GoldenOptions& config,
                  v1::LearnedOptimizer& result) {
  if (name == "LearnableSGD") {
    result.mutable_learnable_sgd()->set_learning_rate(config.at("initial_lr"));
  } else if (name == "LearnableSGDM") {
    result.mutable_learnable_sgdm()->set_learning_rate(config.at("initial_lr"));
    result.mutable_learnable_sgdm()->set_momentum(config.at("initial_momentum"));
  } else if (name == "LearnableAdam") {
    v1::LearnableAdam& own = *result.mutable_learnable_adam();
    own.set_learning_rate(config.at("initial_lr"));
    own.set_beta1(config.at("initial_beta1"));
    own.set_beta2(config.at("initial_beta2"));
    own.set_epsilon(config.at("initial_epsilon"));
  } else if (name == "MLPLOpt") {
    SetNetwork(config, *result.mutable_mlp_lopt());
  } else if (name == "AdafacMLPLOpt") {
    SetNetwork(config, *result.mutable_adafac_mlp());
    SetDecays(config, *result.mutable_adafac_mlp());
  } else if (name == "MLPNomLOpt") {
    SetMlpNomLopt(config, *result.mutable_mlp_nom_lopt());
    SetDecays(config, *result.mutable_mlp_nom_lopt());
  } else if (name == "NNAdam") {
    SetNnAdam(config, *result.mutable_nn_adam());
  } else if (name == "RNNMLPLOpt") {
    SetRnnMlpLopt(config, *result.mutable_rnn_mlp_lopt());
  } else if (name == "HyperV2") {
    SetHyperV2(config, *result.mutable_hyper_v2());
  } else {
    return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<v1::LearnedOptimizer> GoldenOptimizer(const nlohmann::json& config) {
  const GoldenOptions options(config);
  const std::string name = options.value("optimizer", "?");
  std::string missing = Missing(name, options);
  v1::LearnedOptimizer result;
  if (missing.empty() && !SetOptimizer(name, options, result)) missing = "optimizer " + name;
  if (missing.empty()) missing = options.Unread();
  if (missing.empty()) return result;
  return absl::UnimplementedError(missing);
}

std::vector<float> GoldenTheta(const GoldenFile& file, const ThetaLayout& layout) {
  EXPECT_EQ(file.NamesUnder("theta/").size(), layout.leaves.size()) << file.name;
  std::vector<float> theta(layout.size);
  for (const ThetaLeaf& leaf : layout.leaves) {
    const Tensor& tensor = file.at("theta/" + leaf.path);
    EXPECT_EQ(tensor.shape, leaf.shape) << file.name << " " << leaf.path;
    if (tensor.elements() == leaf.size) {
      std::ranges::copy(tensor.f32(), theta.begin() + leaf.offset);
    }
  }
  return theta;
}

}  // namespace paceline::testing
