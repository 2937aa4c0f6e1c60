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

}  // namespace paceline
