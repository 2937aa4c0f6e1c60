// Small optimizers that look at each parameter by itself, for tests of every suite.
#pragma once

#include <google/protobuf/generated_enum_reflection.h>

#include <type_traits>
#include <vector>

#include "paceline/v1/optimizer.pb.h"

namespace paceline {

inline v1::LearnedOptimizer SgdConfig() {
  v1::LearnedOptimizer config;
  config.mutable_learnable_sgd()->set_learning_rate(0.01);
  return config;
}

inline v1::LearnedOptimizer SgdmConfig() {
  v1::LearnedOptimizer config;
  config.mutable_learnable_sgdm()->set_learning_rate(0.01);
  config.mutable_learnable_sgdm()->set_momentum(0.9);
  return config;
}

inline v1::LearnedOptimizer AdamConfig() {
  v1::LearnedOptimizer config;
  v1::LearnableAdam& own = *config.mutable_learnable_adam();
  own.set_learning_rate(0.001);
  own.set_beta1(0.9);
  own.set_beta2(0.999);
  own.set_epsilon(1e-8);
  return config;
}

inline v1::LearnedOptimizer SignMomentumConfig() {
  v1::LearnedOptimizer config;
  v1::SignMomentum& own = *config.mutable_sign_momentum();
  own.set_learning_rate(0.01);
  own.set_beta1(0.9);
  own.set_beta2(0.99);
  own.set_epsilon(0.1);
  own.set_weight_decay(0.1);
  return config;
}

template <class Own>
void SetNetwork(Own& own, int hidden, int layers, double step_multiplier = 0.01,
                double exp_multiplier = 0.1) {
  own.set_hidden(hidden);
  own.set_layers(layers);
  own.set_step_multiplier(step_multiplier);
  own.set_exp_multiplier(exp_multiplier);
}

inline v1::LearnedOptimizer MlpLoptConfig(int hidden, int layers) {
  v1::LearnedOptimizer config;
  SetNetwork(*config.mutable_mlp_lopt(), hidden, layers);
  return config;
}

inline v1::LearnedOptimizer AdafacConfig(int hidden, int layers) {
  v1::LearnedOptimizer config;
  SetNetwork(*config.mutable_adafac_mlp(), hidden, layers);
  return config;
}

inline v1::LearnedOptimizer MuAdafacConfig(int hidden, int layers) {
  v1::LearnedOptimizer config;
  SetNetwork(*config.mutable_mu_adafac_mlp(), hidden, layers);
  return config;
}

inline v1::LearnedOptimizer NominalConfig(v1::NominalDirection direction, int hidden, int layers) {
  v1::LearnedOptimizer config;
  v1::MlpNomLopt& own = *config.mutable_mlp_nom_lopt();
  SetNetwork(own, hidden, layers, 0.05, 0.5);
  own.set_nominal_exp_multiplier(0.7);
  own.set_regularization_exp_multiplier(0.3);
  own.set_nominal_direction(direction);
  own.set_nominal_step_size(0.02);
  own.set_weight_decay(0.01);
  own.set_nominal_controller(true);
  own.set_regularization_controller(true);
  return config;
}

// All flags on.
inline v1::LearnedOptimizer AggregatedConfig() {
  v1::LearnedOptimizer config = NominalConfig(v1::NOMINAL_DIRECTION_ADAM_AGG_MO, 4, 2);
  v1::MlpNomLopt& own = *config.mutable_mlp_nom_lopt();
  own.set_aggregate_magnitude(true);
  own.set_aggregate_nominal_magnitude(true);
  own.set_aggregate_regularization_magnitude(true);
  own.set_normalize_blackbox(true);
  own.set_selfnormalize_blackbox(true);
  return config;
}

inline v1::LearnedOptimizer LinearConfig(bool normalize) {
  v1::LearnedOptimizer config;
  v1::Linear& own = *config.mutable_linear();
  own.set_learning_rate(0.01);
  own.set_step_multiplier(0.05);
  own.add_momentum_decays(0.5);
  own.add_momentum_decays(0.9);
  own.add_rms_decays(0.99);
  own.add_rms_decays(0.9);
  own.set_bias_correction(!normalize);
  own.set_epsilon(1e-3);
  own.set_normalize(normalize);
  return config;
}

inline v1::LearnedOptimizer Celo2Config(int hidden, int layers) {
  v1::LearnedOptimizer config;
  v1::Celo2& own = *config.mutable_celo2();
  own.set_hidden(hidden);
  own.set_layers(layers);
  own.set_learning_rate(0.01);
  own.set_weight_decay(0.1);
  own.set_newton_schulz_steps(5);
  own.set_adam_multiplier(20);
  own.set_beta1(0.9);
  own.set_beta2(0.95);
  own.set_epsilon(1e-8);
  return config;
}

// With accumulators that forget sooner.
inline v1::LearnedOptimizer WithDecays(v1::LearnedOptimizer config) {
  const auto set = [](auto& own) {
    for (const double decay : {0.2, 0.7, 0.95}) own.add_momentum_decays(decay);
    own.add_rms_decays(0.9);
    for (const double decay : {0.5, 0.8, 0.99}) own.add_adafactor_decays(decay);
  };
  if (config.has_adafac_mlp()) set(*config.mutable_adafac_mlp());
  if (config.has_mu_adafac_mlp()) set(*config.mutable_mu_adafac_mlp());
  if (config.has_mlp_nom_lopt()) set(*config.mutable_mlp_nom_lopt());
  return config;
}

// The same, on features from curvature too.
template <class Own>
void SeeCurvature(Own& own) {
  using Feature =
      std::conditional_t<std::is_same_v<Own, v1::MlpLopt>, v1::MlpLoptFeature, v1::AdafacFeature>;
  const auto* names = google::protobuf::GetEnumDescriptor<Feature>();
  for (int i = 1; i < names->value_count(); ++i) {
    own.add_features(static_cast<Feature>(names->value(i)->number()));
  }
  own.mutable_curvature()->set_every(3);
  own.mutable_curvature()->set_decay(0.9);
}

inline v1::LearnedOptimizer WithCurvature(v1::LearnedOptimizer config) {
  if (config.has_mlp_lopt()) SeeCurvature(*config.mutable_mlp_lopt());
  if (config.has_adafac_mlp()) SeeCurvature(*config.mutable_adafac_mlp());
  if (config.has_mu_adafac_mlp()) SeeCurvature(*config.mutable_mu_adafac_mlp());
  if (config.has_mlp_nom_lopt()) SeeCurvature(*config.mutable_mlp_nom_lopt());
  return config;
}

template <class Own>
void Steady(Own& own, bool by_element) {
  if (by_element) {
    own.mutable_clip()->set_element(0.5);
  } else {
    own.mutable_clip()->set_global_norm(2);
  }
  own.mutable_update_rms()->set_learning_rate(0.01);
  own.mutable_update_rms()->set_epsilon(1e-9);
}

// The same, with clipped gradients and steps of a given size.
inline v1::LearnedOptimizer WithStability(v1::LearnedOptimizer config, bool by_element) {
  if (config.has_mlp_lopt()) Steady(*config.mutable_mlp_lopt(), by_element);
  if (config.has_adafac_mlp()) Steady(*config.mutable_adafac_mlp(), by_element);
  if (config.has_mlp_nom_lopt()) Steady(*config.mutable_mlp_nom_lopt(), by_element);
  if (config.has_linear()) Steady(*config.mutable_linear(), by_element);
  return config;
}

// Every per-parameter family, in its full form first, and every way to set it up.
inline std::vector<v1::LearnedOptimizer> PerParameterConfigs() {
  v1::LearnedOptimizer few_features = AdafacConfig(4, 2);
  for (const auto feature : {v1::ADAFAC_FEATURE_TIME, v1::ADAFAC_FEATURE_SCALED_MOMENTUM,
                             v1::ADAFAC_FEATURE_COLUMN, v1::ADAFAC_FEATURE_KRONECKER}) {
    few_features.mutable_adafac_mlp()->add_features(feature);
  }
  v1::LearnedOptimizer kronecker = MlpLoptConfig(5, 1);
  kronecker.mutable_mlp_lopt()->add_features(v1::MLP_LOPT_FEATURE_GRADIENT);
  kronecker.mutable_mlp_lopt()->add_features(v1::MLP_LOPT_FEATURE_KRONECKER);
  v1::LearnedOptimizer plain = Celo2Config(4, 1);
  plain.mutable_celo2()->set_newton_schulz_steps(0);
  plain.mutable_celo2()->mutable_clip()->set_global_norm(1);
  return {SgdConfig(),
          SgdmConfig(),
          AdamConfig(),
          SignMomentumConfig(),
          MlpLoptConfig(8, 2),
          AdafacConfig(4, 2),
          MlpLoptConfig(7, 0),
          AdafacConfig(7, 0),
          AdafacConfig(6, 8),
          MuAdafacConfig(4, 2),
          AggregatedConfig(),
          NominalConfig(v1::NOMINAL_DIRECTION_SGD, 4, 2),
          NominalConfig(v1::NOMINAL_DIRECTION_SGDM, 32, 1),
          NominalConfig(v1::NOMINAL_DIRECTION_AGG_MO, 9, 3),
          NominalConfig(v1::NOMINAL_DIRECTION_ADAM, 4, 0),
          LinearConfig(true),
          LinearConfig(false),
          Celo2Config(8, 2),
          Celo2Config(5, 0),
          plain,
          few_features,
          WithDecays(AdafacConfig(4, 2)),
          WithDecays(MuAdafacConfig(4, 2)),
          WithDecays(NominalConfig(v1::NOMINAL_DIRECTION_ADAM, 4, 2)),
          kronecker,
          WithCurvature(MlpLoptConfig(8, 2)),
          WithCurvature(AdafacConfig(4, 2)),
          WithCurvature(NominalConfig(v1::NOMINAL_DIRECTION_ADAM_AGG_MO, 4, 2)),
          WithStability(MlpLoptConfig(8, 2), true),
          WithStability(AdafacConfig(4, 2), false),
          WithStability(NominalConfig(v1::NOMINAL_DIRECTION_ADAM, 4, 2), true),
          WithStability(LinearConfig(false), false),
          WithStability(WithCurvature(AdafacConfig(4, 2)), true)};
}

}  // namespace paceline
