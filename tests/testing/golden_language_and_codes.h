// Autoencoders and language models as the golden files describe them.
#pragma once

#include <string>
#include <vector>

#include "common/network/network.h"
#include "paceline/v1/task.pb.h"
#include "tests/testing/golden.h"
#include "worker/network/inputs.h"

namespace paceline::testing {

// One variant of a file: its task, and what its network is given.
struct GoldenNetwork {
  std::string variant;  // behind a tensor's group: "" or "/center_data0_per_dim_loss1"
  v1::Task task;
  NetworkInputs inputs;
};

// All variants of a file of such a task; none of any other. A file with options that nobody has
// read here is a failure of the test.
std::vector<GoldenNetwork> GoldenNetworksOf(const GoldenFile& file);

// The same task with all its flags drawn by the episode, and an episode that drew what `golden`
// has.
GoldenNetwork WithDrawnFlags(const GoldenNetwork& golden);

}  // namespace paceline::testing
