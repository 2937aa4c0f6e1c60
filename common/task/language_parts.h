// What language models have in common.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/network/builder.h"
#include "common/task/network_family.h"
#include "paceline/v1/task.pb.h"

namespace paceline {

// Tokens that the model knows; vocabulary 0: those of the text.
int64_t ModelVocabulary(const v1::Text& text, uint32_t vocabulary);
// A model of a single token has nothing to predict, and none to fold the others into; a synthetic
// text's tokens are not folded, and its sequences have room for what they show.
TaskFault LanguageFault(const v1::Text& text, uint32_t vocabulary, uint32_t length);
// What is read: nothing for a text that is made.
std::optional<DataUse> LanguageData(const v1::Text& text);
// "ngrams of ..., " before what is said of the model; of a file nothing, which its data say.
std::string LanguageWords(const v1::Text& text);

// Tokens [example, position] of a batch: what the model reads, and those that follow it. Of a text
// from a file they are inputs, of a synthetic one a draw of the step.
struct TokenInputs {
  Value tokens;   // what it reads, folded into its vocabulary
  Value targets;  // likewise
  Value counts;   // 1 where the loss is taken: on what follows a token that is not padding
                  // (token 0), of a synthetic text what its kind says; else 0
  std::optional<Value> seen;  // 1 where what it reads is not padding; none: it never is
};
TokenInputs LanguageInputs(NetworkBuilder& net, const v1::Text& text, int64_t vocabulary,
                           uint32_t length);

// Mean cross-entropy of the positions that count; logits [example, position, vocabulary].
Value LanguageLoss(NetworkBuilder& net, Value logits, const TokenInputs& inputs);

MetaLossRule LanguageMetaLoss(v1::MetaLoss rule, int64_t vocabulary);

// Standard deviation of a normal that, cut at two of them, has variance `scale`/n; n: product of
// all axes but the last.
TensorInit ScaledVariance(const Extents& shape, double scale);

// "<name>" [vocabulary, width] at the tokens.
Value Embedded(NetworkBuilder& net, const std::string& name, Value tokens, const Extents& shape,
               const TensorInit& init);

}  // namespace paceline
