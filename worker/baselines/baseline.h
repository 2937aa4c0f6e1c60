// A hand-designed optimizer as a rival of learned ones: what is tuned of it, and how it is made.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/lopt/tensor.h"
#include "worker/optim/optimizer.h"

namespace paceline {

// One thing that is tuned.
struct GridKnob {
  std::string name;                     // "warm-up"
  std::vector<double> values;           // what is tried, in order: neighbours are alike
  std::vector<std::string> words = {};  // of each value, where the number says nothing; else empty

  // "warm-up 0.1"
  std::string Text(size_t value) const;
};

using Knob = GridKnob;

struct Baseline {
  std::string key;          // for files: "adamw"
  std::string title;        // for people: "AdamW"
  std::vector<Knob> knobs;  // the first is the learning rate
  // Its θ at these values, one of each knob.
  std::function<std::vector<float>(std::span<const double>)> theta;
  std::function<std::unique_ptr<Optimizer>(const std::vector<ParameterTensor>&)> make;
  // Is it another optimizer than the rest on these tensors? Empty: on all.
  std::function<bool(const std::vector<ParameterTensor>&)> suits = {};
};

}  // namespace paceline
