// Finds the pairs of tokens that byte-pair encoding joins.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "worker/data/bpe.h"

namespace paceline {

// Each merge joins the two tokens that most often are neighbours within a word (in a row of three
// equal ones that is twice), of equally frequent pairs the smaller: the left token first, then the
// right one. Fewer than `count` merges if every word is one token before. Depends on nothing but
// the arguments.
std::vector<TokenPair> TrainBpe(std::span<const std::string_view> texts, size_t count);

}  // namespace paceline
