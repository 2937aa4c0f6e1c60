// The hand-designed optimizers that a learned one is measured against.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "paceline/v1/optimizer.pb.h"

namespace paceline {

struct Baseline {
  std::string key;              // "adam"
  std::string title;            // "Adam"
  v1::LearnedOptimizer config;  // its learning rate is a stand-in
};

// SGD, momentum 0.9, Adam with β 0.9, 0.999 and ε 1e-8.
std::vector<Baseline> Baselines();
// Half-decades from 1e-4 to 3.
std::span<const double> LearningRates();
// Its θ with that learning rate.
std::vector<float> ThetaWithRate(const Baseline& baseline, double learning_rate);

}  // namespace paceline
