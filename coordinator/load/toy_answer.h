// Answers as quick to make as they are to send.
#pragma once

#include <cstdint>

#include "common/estimator/episodes.h"
#include "paceline/v1/worker.pb.h"

namespace paceline {

// Of a block of so many particles: depends on the question, on every bit of θ (by its hash) and on
// nothing else, and lies within [0, 1) a step, which the meta-loss of a quadratic can be.
v1::WindowResult ToyAnswerOf(const v1::RunWindows& run, const BlockWindow& window, uint32_t block,
                             uint32_t particles);

}  // namespace paceline
