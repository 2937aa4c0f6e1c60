#include "common/task/language_parts.h"

#include <fmt/format.h>

#include <cmath>

#include "common/task/data_use.h"
#include "common/task/network_parts.h"
#include "common/task/synthetic_text.h"

namespace paceline {
namespace {

TokenInputs MadeInputs(NetworkBuilder& net, const v1::SyntheticText& text, int64_t length) {
  const Value all = SyntheticTokens(net, text, length + 1);
  const Value counts = net.Constant({length}, SyntheticCounts(text, length));
  return {.tokens = net.Slice(all, 1, 0, length),
          .targets = net.Slice(all, 1, 1, length),
          .counts = net.Broadcast(counts, {net.batch(), length}),
          .seen = std::nullopt};
}

}  // namespace

int64_t ModelVocabulary(const v1::Text& text, uint32_t vocabulary) {
  return vocabulary == 0 ? VocabularyOf(text) : vocabulary;
}

TaskFault LanguageFault(const v1::Text& text, uint32_t vocabulary, uint32_t length) {
  if (vocabulary == 1) {
    return {"vocabulary",
            "is 1, which leaves nothing to predict; write 0 for the text's own, or at "
            "least 2"};
  }
  if (!text.has_synthetic()) return {};
  const TaskFault fault = SyntheticFault(text.synthetic(), length);
  if (!fault.field.empty()) return fault;
  const int64_t own = VocabularyOf(text);
  if (vocabulary == 0 || vocabulary >= own) return {};
  return {"vocabulary",
          fmt::format("is {}, and the synthetic text has {} tokens, which are not folded; write 0 "
                      "for the text's own",
                      vocabulary, own)};
}

std::optional<DataUse> LanguageData(const v1::Text& text) {
  if (text.has_synthetic()) return std::nullopt;
  return text;
}

std::string LanguageWords(const v1::Text& text) {
  return text.has_synthetic() ? SyntheticWords(text.synthetic()) + ", " : "";
}

TokenInputs LanguageInputs(NetworkBuilder& net, const v1::Text& text, int64_t vocabulary,
                           uint32_t length) {
  if (text.has_synthetic()) return MadeInputs(net, text.synthetic(), length);
  const Value tokens = net.Input(InputKind::kTokens, {length});
  const Value targets = net.Input(InputKind::kTokens, {length});
  const Value counts = net.NotEqual(tokens, 0);
  if (VocabularyOf(text) <= vocabulary) return {tokens, targets, counts, counts};
  return {net.Fold(tokens, vocabulary), net.Fold(targets, vocabulary), counts, counts};
}

Value LanguageLoss(NetworkBuilder& net, Value logits, const TokenInputs& inputs) {
  const Value losses = net.Multiply(net.CrossEntropy(logits, inputs.targets), inputs.counts);
  return net.Divide(net.SumAll(losses), net.SumAll(inputs.counts));
}

MetaLossRule LanguageMetaLoss(v1::MetaLoss rule, int64_t vocabulary) {
  return ClassifierMetaLoss(rule, vocabulary);
}

TensorInit ScaledVariance(const Extents& shape, double scale) {
  // Standard deviation of a standard normal that is cut at two.
  constexpr double kCut = 0.87962566103423978;
  const double inputs = static_cast<double>(ElementsOf(shape)) / static_cast<double>(shape.back());
  return {.kind = InitKind::kTruncatedNormal, .scale = std::sqrt(scale / inputs) / kCut};
}

Value Embedded(NetworkBuilder& net, const std::string& name, Value tokens, const Extents& shape,
               const TensorInit& init) {
  return net.Embed(tokens, net.Parameter(name, shape, TensorKind::kEmbedding, init));
}

}  // namespace paceline
