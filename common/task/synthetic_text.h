// Sequences of tokens that are drawn by counter in every step: what each kind is, data.proto says.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/network/builder.h"
#include "common/task/network_family.h"
#include "paceline/v1/data.pb.h"

namespace paceline {

// Tokens, padding included; 0 for a text without a kind.
int64_t SyntheticVocabulary(const v1::SyntheticText& text);

// "ngrams of 32 symbols, order 2, 4 branches".
std::string SyntheticWords(const v1::SyntheticText& text);

// The fewest positions that show all that the text wants to show, with the token after them.
int64_t ShortestLength(const v1::SyntheticText& text);

// A text without a kind is FieldFault's. Fields are those of a model that has the text in its field
// `text`: "text.synthetic.ngram.branches", "length".
TaskFault SyntheticFault(const v1::SyntheticText& text, int64_t length);

// Tokens [example, count]. An episode's rule is the same in all of its batches, whatever they are
// for: it depends on the stream's key, particle and episode alone.
Value SyntheticTokens(NetworkBuilder& net, const v1::SyntheticText& text, int64_t count);

// [length]: 1 where the token after the position counts, else 0.
std::vector<double> SyntheticCounts(const v1::SyntheticText& text, int64_t length);

}  // namespace paceline
