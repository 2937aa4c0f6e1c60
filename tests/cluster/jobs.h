// Small jobs for cluster tests.
#pragma once

namespace paceline {

// A second or two of work for one thread; every kind of random draw, episodes of many lengths.
inline constexpr char kNresJob[] = R"(
name: nres
seed: 11
optimizer: {adafac_mlp: {hidden: 4}}
tasks:
  - image_mlp: {dataset: fashion_mnist, size: 8, hidden: [16], activation: relu, batch: 32}
    weight: 3
  - quadratic: {dimension: 10, kind: target}
episode: {log_uniform: {min: 10, max: 40}}
estimator: {nres: {window: 5, sigma: 0.01}, particles: 16, block: 2}
outer: {steps: 300, optimizer: {adam: {learning_rate: 1.0e-2}}, clip: {global_norm: 1}}
checkpoint_every: 25
)";

inline constexpr char kPesJob[] = R"(
name: pes
seed: 12
optimizer: {mlp_lopt: {hidden: 8}}
tasks:
  - image_mlp: {dataset: fashion_mnist, size: 8, hidden: [8], activation: tanh, batch: 16}
episode: {constant: {steps: 30}}
estimator: {pes: {window: 5, sigma: 0.01}, particles: 8, block: 2}
outer: {steps: 300, optimizer: {sgd: {learning_rate: 0.1}}}
)";

inline constexpr char kTorchJob[] = R"(
name: torch
seed: 13
engine: torch
optimizer: {adafac_mlp: {hidden: 4}}
tasks:
  - image_mlp: {dataset: fashion_mnist, size: 8, hidden: [8], activation: gelu, batch: 16}
episode: {log_uniform: {min: 10, max: 40}}
estimator: {nres: {window: 5, sigma: 0.01}, particles: 8, block: 2}
outer: {steps: 24, optimizer: {adamw: {learning_rate: 1.0e-2, weight_decay: 0.01}}}
)";

// What lives across windows beside parameters and state: a noise period of two windows, progress
// towards a target, gradients gathered over outer steps.
inline constexpr char kGpesJob[] = R"(
name: gpes
seed: 14
optimizer: {adafac_mlp: {hidden: 4}}
tasks:
  - image_mlp: {dataset: fashion_mnist, size: 8, hidden: [8], activation: relu, batch: 16}
objective: {steps_to_target: {target: 2.2, decay: 0.9}}
episode: {curriculum: {stages: [{step: 0, min: 10, max: 20}, {step: 200, min: 20, max: 60}]}}
estimator:
  gpes: {window: 5, period: 10, sigma: 0.01}
  particles: 8
  block: 2
  weighting: episode
  leaf_sigma: [{leaf: "nn/~/w*", sigma: 0.02}]
outer:
  steps: 300
  accumulate: 2
  optimizer: {rmsprop: {learning_rate: 1.0e-3, momentum: 0.5}}
  schedule: {inverse_sqrt: {warmup_steps: 10}}
)";

// Thirteen families of tasks, one of them drawn anew for every episode; draws of steps and of
// episodes, augmentations, shares of the computing, ranks.
inline constexpr char kMixedJob[] = R"(
name: mixed
seed: 16
optimizer: {adafac_mlp: {hidden: 4}}
tasks:
  - sample: {conv_net: {channels: [2, 6], layers: [1, 2], size: [4, 9], batch: [4, 12]}}
  - resnet: {size: 8, blocks: [1, 1, 1, 1], channels: [4, 4, 8, 8], stem_channels: 4, batch: 4}
  - autoencoder: {hidden: [8], batch: 8, log_loss: any, centred: any, constrained: any}
  - vae: {size: 4, encoder: [8], decoder: [8], latent: 3, batch: 8, activation: any, centred: any}
  - rnn_lm: {cell: gru, embedding: 4, hidden: 6, batch: 3, length: 5}
  - transformer_lm: {width: 8, heads: 2, key_size: 4, batch: 3, length: 5, dropout: 0.1}
  - vit: {size: 8, patch: 4, layers: 1, width: 8, heads: 2, mlp: 12, batch: 8, dropout: 0.1}
  - image_mlp: {hidden: [8], norm: layer, dropout: 0.2, activation: any, init: any, batch: 8}
  - quadratic: {kind: noisy_gradient, dimension: 7}
  - mlp_mixer: {size: 8, patch: 4, blocks: 1, width: 6, tokens_mlp: 4, channels_mlp: 8, batch: 4}
  - policy_gradient: {hidden: [4], batch: 2, horizon: 12}
  - optimizer_training:
      optimizer: {learnable_adam: {}}
      task: {dataset: digits, hidden: [4], batch: 4}
      steps: 3
    weight: 0.2
  - transformer_lm:
      text: {synthetic: {associative_recall: {keys: 4, values: 4, pairs: 2}}}
      width: 8
      heads: 2
      key_size: 4
      batch: 3
      length: 8
  - graph_net: {nodes: 6, communities: 2, degree: 2, hidden: [4], batch: 3, layer: message_passing}
  - rnn_lm: {text: {synthetic: {ngram: {symbols: 4}}}, cell: gru, embedding: 4, hidden: 6, batch: 3, length: 5}
episode: {log_uniform: {min: 10, max: 40}}
shares: compute
augment:
  reparametrize: {probability: 0.5, tensor: {scale: [0.5, 2]}}
  reduced_batch: {probability: 0.2, part: [0.5, 1]}
  delayed_gradient: {probability: 0.2, steps: [1, 2]}
estimator: {nres: {window: 5, sigma: 0.01}, particles: 32, block: 2, rank: 0.1}
outer: {steps: 40, optimizer: {adam: {learning_rate: 1.0e-2}}, clip: {global_norm: 1}}
checkpoint_every: 10
)";

// Everything that can be done to a task, drawn anew for every episode.
inline constexpr char kAugmentedJob[] = R"(
name: augmented
seed: 20
optimizer: {adafac_mlp: {hidden: 4}}
tasks:
  - image_mlp: {dataset: fashion_mnist, size: 8, hidden: [8], activation: relu, batch: 16}
    weight: 2
  - conv_net: {size: 4, channels: [2], batch: 4}
augment:
  input_scale: {probability: 0.5}
  label_noise: {}
  reduced_batch: {}
  initial_scale: {}
  reparametrize: {probability: 0.7, whole: {}, tensor: {}, element: {scale: [0.1, 10]}}
  storage: {probability: 0.5}
  es_gradient: {probability: 0.3, pairs: [1, 4]}
  delayed_gradient: {}
  subsampled_directions: {probability: 0.3, directions: [1, 64]}
  normalized_gradient: {probability: 0.3}
  gradient_noise: {}
  loss_scale: {}
episode: {log_uniform: {min: 10, max: 40}}
estimator: {nres: {window: 5, sigma: 0.01}, particles: 16, block: 2}
outer: {steps: 40, optimizer: {adam: {learning_rate: 1.0e-2}}, clip: {global_norm: 1}}
)";

// Without data, and with more outer steps than a test waits for.
inline constexpr char kEndlessJob[] = R"(
name: endless
seed: 19
optimizer: {adafac_mlp: {hidden: 4}}
tasks:
  - quadratic: {dimension: 10, kind: target}
episode: {log_uniform: {min: 10, max: 40}}
estimator: {nres: {window: 5, sigma: 0.01}, particles: 16, block: 2}
outer: {steps: 10000000, optimizer: {adam: {learning_rate: 1.0e-2}}, clip: {global_norm: 1}}
checkpoint_every: 25
)";

// Measured four times on tasks that it does not train on.
inline constexpr char kWatchedJob[] = R"(
name: watched
seed: 17
optimizer: {adafac_mlp: {hidden: 4}}
tasks:
  - image_mlp: {dataset: fashion_mnist, size: 8, hidden: [8], activation: relu, batch: 16}
episode: {constant: {steps: 20}}
estimator: {nres: {window: 5, sigma: 0.01}, particles: 8, block: 2}
outer: {steps: 200, optimizer: {adam: {learning_rate: 1.0e-2}}}
evaluate:
  every: 60
  suite:
    name: small
    seeds: 4
    horizons: [40]
    baselines: [sgd, adam]
    tasks:
      - task: {quadratic: {dimension: 10, kind: spectrum, condition: 100}}
      - task: {image_mlp: {hidden: [16], batch: 32}}
)";

// Episodes so long that a re-made block costs 79 windows (1,580 inner steps).
inline constexpr char kLongEpisodesJob[] = R"(
name: long
seed: 17
optimizer: {adafac_mlp: {hidden: 4}}
tasks:
  - image_mlp: {dataset: fashion_mnist, size: 8, hidden: [8], activation: relu, batch: 16}
episode: {constant: {steps: 400}}
estimator: {nres: {window: 5, sigma: 0.01}, particles: 8, block: 2}
outer: {steps: 300, optimizer: {adam: {learning_rate: 1.0e-2}}}
)";

// One window takes minutes.
inline constexpr char kLongWindowJob[] = R"(
name: patience
seed: 18
optimizer: {adafac_mlp: {hidden: 4}}
tasks:
  - image_mlp: {dataset: fashion_mnist, size: 8, hidden: [32], activation: relu, batch: 128}
episode: {constant: {steps: 1000000}}
estimator: {full_es: {sigma: 0.01}, particles: 2, block: 2}
outer: {steps: 2, optimizer: {sgd: {learning_rate: 0.1}}}
)";

// With an optimizer's text put in.
inline constexpr char kFamilyJob[] = R"(
name: family
seed: 15
optimizer: {}
tasks:
  - image_mlp: {{dataset: fashion_mnist, size: 8, hidden: [8], activation: relu, batch: 16}}
episode: {{constant: {{steps: 10}}}}
estimator: {{nres: {{window: 5, sigma: 0.01}}, particles: 4, block: 2}}
outer: {{steps: 3, optimizer: {{adam: {{learning_rate: 1.0e-2}}}}}}
)";

// Seconds of nothing but messages; no data.
inline constexpr char kTinyJob[] = R"(
name: tiny
seed: 17
optimizer: {learnable_sgd: {}}
tasks: [{quadratic: {dimension: 10, kind: target}}]
episode: {constant: {steps: 40}}
estimator: {nres: {window: 10, sigma: 0.1}, particles: 16, block: 2}
outer: {steps: 200, optimizer: {adam: {learning_rate: 3.0e-2}}}
)";

}  // namespace paceline
