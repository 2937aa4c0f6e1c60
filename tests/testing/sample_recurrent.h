// Small optimizers with an LSTM for each tensor, and learned schedules, for tests.
#pragma once

#include <vector>

#include "paceline/v1/optimizer.pb.h"

namespace paceline {

inline v1::LearnedOptimizer NnAdamConfig(uint32_t lstm = 32) {
  v1::LearnedOptimizer config;
  v1::NnAdam& own = *config.mutable_nn_adam();
  own.set_lstm_hidden(lstm);
  own.set_output_scale(0.2);
  own.set_learning_rate(0.01);
  own.set_beta1(0.9);
  own.set_beta2(0.999);
  own.set_epsilon(0.01);
  own.set_decay_strength(0.1);
  return config;
}

inline v1::LearnedOptimizer RnnMlpConfig(uint32_t hidden = 8, uint32_t layers = 2,
                                         uint32_t lstm = 12) {
  v1::LearnedOptimizer config;
  v1::RnnMlpLopt& own = *config.mutable_rnn_mlp_lopt();
  own.set_hidden(hidden);
  own.set_layers(layers);
  own.set_lstm_hidden(lstm);
  own.set_from_mlp(6);
  own.set_from_lstm(5);
  own.set_lstm_to_ff(7);
  own.set_step_multiplier(0.01);
  own.set_exp_multiplier(0.1);
  return config;
}

inline v1::LearnedOptimizer HyperV2Config(uint32_t lstm = 32, uint32_t bank = 16,
                                          uint32_t hidden = 4, uint32_t layers = 2) {
  v1::LearnedOptimizer config;
  v1::HyperV2& own = *config.mutable_hyper_v2();
  own.set_lstm_hidden(lstm);
  own.set_param_inits(bank);
  own.set_ff_hidden_size(hidden);
  own.set_ff_hidden_layers(layers);
  own.set_step_multiplier(0.001);
  own.set_exp_multiplier(0.001);
  own.set_rms_decay(0.999);
  own.set_mix_layers(true);
  own.set_param_scale_mult(true);
  return config;
}

// With one flag or another other than it usually is.
inline std::vector<v1::LearnedOptimizer> HyperV2Variants() {
  std::vector<v1::LearnedOptimizer> configs(4, HyperV2Config(20, 5));
  configs[0].mutable_hyper_v2()->set_mix_layers(false);
  configs[0].mutable_hyper_v2()->set_rnn_state_decay(0.3);
  configs[0].mutable_hyper_v2()->set_precondition_output(true);
  configs[0].mutable_hyper_v2()->set_step_multiplier(1e-6);
  configs[1].mutable_hyper_v2()->set_with_validation_feature_dim(true);
  configs[1].mutable_hyper_v2()->set_validation_mode(true);
  configs[1].mutable_hyper_v2()->set_param_scale_mult(false);
  configs[1].mutable_hyper_v2()->set_use_bugged_next_lstm_state(true);
  configs[1].mutable_hyper_v2()->set_rnn_state_decay(0.2);
  configs[2].mutable_hyper_v2()->set_clip_param_scale_amount(0.05);
  configs[2].mutable_hyper_v2()->set_use_bugged_loss_features(true);
  configs[2].mutable_hyper_v2()->set_mix_layers(false);
  configs[2].mutable_hyper_v2()->set_with_validation_feature_dim(true);
  for (const double decay : {0.5, 0.8, 0.95}) {
    configs[3].mutable_hyper_v2()->add_momentum_decays(decay);
    configs[3].mutable_hyper_v2()->add_adafactor_decays(decay + 0.02);
  }
  configs[3].mutable_hyper_v2()->set_rms_decay(0.98);
  return configs;
}

inline v1::LearnedOptimizer ScheduleConfig(v1::ScheduledOptimizer base,
                                           v1::ScheduleActivation activation, uint32_t layers = 2) {
  v1::LearnedOptimizer config;
  v1::LearnedSchedule& own = *config.mutable_learned_schedule();
  own.set_base(base);
  own.set_hidden(9);
  own.set_layers(layers);
  own.set_activation(activation);
  own.set_learning_rate(0.01);
  own.set_momentum(0.9);
  own.set_beta1(0.9);
  own.set_beta2(0.999);
  own.set_epsilon(1e-8);
  return config;
}

inline std::vector<v1::LearnedOptimizer> RecurrentConfigs() {
  std::vector<v1::LearnedOptimizer> configs = {NnAdamConfig(),
                                               NnAdamConfig(5),
                                               RnnMlpConfig(),
                                               RnnMlpConfig(19, 1),
                                               RnnMlpConfig(32, 3, 64),
                                               HyperV2Config(),
                                               HyperV2Config(17, 9),
                                               HyperV2Config(64, 70),
                                               HyperV2Config(8, 4, 6, 1),
                                               HyperV2Config(8, 4, 17, 3)};
  configs[2].mutable_rnn_mlp_lopt()->add_decays(0.7);
  for (const double decay : {0.1, 0.5, 0.9, 0.95, 0.99, 0.999, 0.9999}) {
    configs[3].mutable_rnn_mlp_lopt()->add_decays(decay);
  }
  // Every layer's weights are a hundred times a mean: few or deep networks have large outputs.
  configs.back().mutable_hyper_v2()->set_step_multiplier(1e-7);
  configs.back().mutable_hyper_v2()->set_exp_multiplier(1e-7);
  for (const auto& variant : HyperV2Variants()) configs.push_back(variant);
  configs.push_back(ScheduleConfig(v1::SCHEDULED_OPTIMIZER_ADAM, v1::SCHEDULE_ACTIVATION_TANH));
  configs.push_back(
      ScheduleConfig(v1::SCHEDULED_OPTIMIZER_MOMENTUM, v1::SCHEDULE_ACTIVATION_RELU, 3));
  configs.push_back(
      ScheduleConfig(v1::SCHEDULED_OPTIMIZER_MOMENTUM, v1::SCHEDULE_ACTIVATION_TANH, 1));
  return configs;
}

}  // namespace paceline
