// What a learned optimizer is asked to do that it was not trained on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "paceline/v1/task.pb.h"

namespace paceline {

struct Scenario {
  std::string key;    // for files and JSON: "own", "wider", "narrower", "longer"
  std::string title;  // for people
  v1::Task task;
  int64_t steps = 0;  // inner steps
};

// "image_mlp 8x8 [32] relu, batch 128"
std::string TaskText(const v1::Task& task);

// Unseen initial weights at the training horizon; twice and half the width (of every hidden layer,
// or of a quadratic's dimension) where there is one; twice the horizon.
std::vector<Scenario> MakeScenarios(const v1::Task& task, int64_t horizon);

}  // namespace paceline
