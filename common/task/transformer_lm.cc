#include "common/task/transformer_lm.h"

#include <fmt/format.h>

#include <cmath>

#include "common/task/language_parts.h"
#include "common/task/network_parts.h"
#include "common/task/parts.h"

namespace paceline {
namespace {

constexpr int64_t kMlpFactor = 4;

int64_t Vocabulary(const v1::TransformerLm& task) {
  return ModelVocabulary(task.text(), task.vocabulary());
}

Value Layer(NetworkBuilder& net, const v1::TransformerLm& task, const std::string& name, Value x,
            int64_t out) {
  const double scale = 2.0 / static_cast<double>(task.layers());
  return Linear(net, name, x, out, TensorKind::kHiddenWeights,
                ScaledVariance({net.Last(x), out}, scale));
}

Value Attended(NetworkBuilder& net, const v1::TransformerLm& task, const std::string& name, Value x,
               const std::optional<Value>& seen) {
  const int64_t heads = task.heads();
  const int64_t width = heads * static_cast<int64_t>(task.key_size());
  const Value q = Layer(net, task, name + "/query", x, width);
  const Value k = Layer(net, task, name + "/key", x, width);
  const Value v = Layer(net, task, name + "/value", x, width);
  const Value read = net.Attention(q, k, v,
                                   {.count = heads,
                                    .scale = 1 / std::sqrt(static_cast<double>(task.key_size())),
                                    .causal = true,
                                    .keep_keys = seen});
  return net.Dropout(Layer(net, task, name + "/linear", read, task.width()), task.dropout());
}

Value Dense(NetworkBuilder& net, const v1::TransformerLm& task, const std::string& name, Value x) {
  const int64_t width = task.width();
  x = net.Activate(Layer(net, task, name + "/linear", x, kMlpFactor * width), v1::ACTIVATION_GELU);
  return net.Dropout(Layer(net, task, name + "/linear_1", x, width), task.dropout());
}

Value Block(NetworkBuilder& net, const v1::TransformerLm& task, uint32_t layer, Value x,
            const std::optional<Value>& seen) {
  const std::string name = fmt::format("transformer/h{}_", layer);
  const Value attended =
      Attended(net, task, name + "attn", LayerNormed(net, name + "ln_1", x), seen);
  x = net.Add(x, attended);
  return net.Add(x, Dense(net, task, name + "mlp", LayerNormed(net, name + "ln_2", x)));
}

Network Build(const v1::Task& any) {
  const v1::TransformerLm& task = any.transformer_lm();
  NetworkBuilder net(task.batch());
  const int64_t vocabulary = Vocabulary(task);
  const TokenInputs inputs = LanguageInputs(net, task.text(), vocabulary, task.length());
  Value x = Embedded(net, "transformer/embed/embeddings", inputs.tokens, {vocabulary, task.width()},
                     {.kind = InitKind::kTruncatedNormal});
  for (uint32_t layer = 0; layer < task.layers(); ++layer) {
    x = Block(net, task, layer, x, inputs.seen);
  }
  x = LayerNormed(net, "transformer/h_f", x);
  const Value logits = Linear(net, "transformer/linear", x, vocabulary, TensorKind::kOutputWeights,
                              StandardWeights({net.Last(x), vocabulary}));
  return net.Finish(LanguageLoss(net, logits, inputs),
                    LanguageMetaLoss(task.meta_loss(), vocabulary));
}

std::optional<DataUse> Data(const v1::Task& task) {
  return LanguageData(task.transformer_lm().text());
}

const char* Plural(uint32_t count) { return count == 1 ? "" : "s"; }

std::string Text(const v1::Task& any) {
  const v1::TransformerLm& task = any.transformer_lm();
  std::string text =
      fmt::format("{}vocabulary {}, width {}, {} head{} of {}, {} layer{}",
                  LanguageWords(task.text()), Vocabulary(task), task.width(), task.heads(),
                  Plural(task.heads()), task.key_size(), task.layers(), Plural(task.layers()));
  if (task.dropout() > 0) text += fmt::format(", dropout {:g}", task.dropout());
  return text + fmt::format(", length {}, batch {}", task.length(), task.batch());
}

v1::Task Widened(const v1::Task& task, uint32_t numerator, uint32_t denominator) {
  v1::Task scaled = task;
  v1::TransformerLm& lm = *scaled.mutable_transformer_lm();
  lm.set_width(Scaled(lm.width(), numerator, denominator));
  return scaled;
}

TaskFault Fault(const v1::Task& task) {
  const v1::TransformerLm& own = task.transformer_lm();
  return LanguageFault(own.text(), own.vocabulary(), own.length());
}

}  // namespace

const NetworkFamily kTransformerLmFamily = {"a transformer_lm", Build, Data, Text, Widened, Fault};

}  // namespace paceline
