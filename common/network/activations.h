// Activations by number: what ACTIVATION_ANY draws from, and what each costs.
#pragma once

#include <vector>

#include "paceline/v1/task.pb.h"

namespace paceline {

// The twelve slots, as v1::Activation; each is as likely as another.
std::vector<int> ActivationSlots();

// Additions and multiplications for each value of a layer; of ACTIVATION_ANY the slots' mean.
struct ActivationFlops {
  double value = 0, slope = 0;
};
ActivationFlops FlopsOf(v1::Activation activation);

}  // namespace paceline
