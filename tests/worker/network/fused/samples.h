// Small networks that together have every operation, forwards and backwards.
#pragma once

#include <string>
#include <vector>

#include "common/network/network.h"
#include "worker/network/inputs.h"

namespace paceline::testing {

struct NetworkSample {
  std::string name;
  Network network;
};

std::vector<NetworkSample> NetworkSamples();

// Numbers that have no meaning: tokens and labels are below 5.
NetworkInputs InputsFor(const Network& network, uint32_t seed);
std::vector<float> ParametersFor(const Network& network, uint32_t seed);

}  // namespace paceline::testing
