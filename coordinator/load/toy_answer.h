// Answers as quick to make as they are to send.
#pragma once

#include <cstdint>

#include "common/estimator/episodes.h"
#include "paceline/v1/worker.pb.h"

namespace paceline {

// In [0, 1), from all bits of the arguments.
double ToyUnit(uint64_t a, uint64_t b, uint64_t c);

// Of a block of so many particles: depends on the question, on every bit of θ (by its hash) and on
// nothing else, and lies within [0, 1) a step, which the meta-loss of a quadratic can be.
v1::WindowResult ToyAnswerOf(const v1::RunWindows& run, const BlockWindow& window, uint32_t block,
                             uint32_t particles);

}  // namespace paceline
