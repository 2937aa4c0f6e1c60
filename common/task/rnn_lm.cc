#include "common/task/rnn_lm.h"

#include <fmt/format.h>

#include "common/task/language_parts.h"
#include "common/task/network_parts.h"
#include "common/task/parts.h"

namespace paceline {
namespace {

int64_t Vocabulary(const v1::RnnLm& task) {
  return ModelVocabulary(task.text(), task.vocabulary());
}

TensorInit EmbeddingInit(const v1::RnnLm& task, const Weights& weights, const Extents& shape) {
  if (task.init() > v1::INITIALIZER_STANDARD) return weights.Of(shape);
  return {.kind = InitKind::kTruncatedNormal};
}

Value Matrix(NetworkBuilder& net, const std::string& name, const Extents& shape,
             const TensorInit& init) {
  return net.Parameter(name, shape, TensorKind::kHiddenWeights, init);
}

Value Bias(NetworkBuilder& net, const std::string& name, int64_t width) {
  return net.Parameter(name, {width}, TensorKind::kBias, {});
}

Value InitialState(NetworkBuilder& net, int number, int64_t width) {
  const std::string name = fmt::format("~/initial_state_{}", number);
  return net.Parameter(name, {1, width}, TensorKind::kOther, {});
}

Value Vanilla(NetworkBuilder& net, const std::string& name, Value x, int64_t width,
              const TensorInit& recurrent) {
  const Extents in = {net.Last(x), width};
  const Value w_i = Matrix(net, name + "/linear/w", in, StandardWeights(in));
  const Value b_i = Bias(net, name + "/linear/b", width);
  const Value w_h = Matrix(net, name + "/linear_1/w", {width, width}, recurrent);
  const Value b_h = Bias(net, name + "/linear_1/b", width);
  return net.Recurrent(RecurrentCell::kVanilla, x,
                       {w_i, b_i, w_h, b_h, InitialState(net, 0, width)});
}

Value Gru(NetworkBuilder& net, Value x, int64_t width) {
  const Extents in = {net.Last(x), 3 * width}, own = {width, 3 * width};
  const Value w_i = Matrix(net, "gru/w_i", in, ScaledVariance(in, 1));
  const Value w_h = Matrix(net, "gru/w_h", own, ScaledVariance(own, 1));
  const Value b = Bias(net, "gru/b", 3 * width);
  return net.Recurrent(RecurrentCell::kGru, x, {w_i, w_h, b, InitialState(net, 0, width)});
}

Value Lstm(NetworkBuilder& net, Value x, int64_t width) {
  const Extents shape = {net.Last(x) + width, 4 * width};
  const Value w = Matrix(net, "lstm/linear/w", shape, StandardWeights(shape));
  const Value b = Bias(net, "lstm/linear/b", 4 * width);
  return net.Recurrent(RecurrentCell::kLstm, x,
                       {w, b, InitialState(net, 0, width), InitialState(net, 1, width)});
}

Value Recurred(NetworkBuilder& net, v1::RnnCell cell, Value x, int64_t width) {
  switch (cell) {
    case v1::RNN_CELL_VANILLA:
      return Vanilla(net, "vanilla_rnn", x, width, StandardWeights({width, width}));
    case v1::RNN_CELL_IRNN:
      return Vanilla(net, "irnn", x, width, {.kind = InitKind::kIdentity});
    case v1::RNN_CELL_GRU:
      return Gru(net, x, width);
    case v1::RNN_CELL_LSTM:
    case v1::RNN_CELL_UNSPECIFIED:
    case v1::RnnCell_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::RnnCell_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return Lstm(net, x, width);
}

Network Build(const v1::Task& any) {
  const v1::RnnLm& task = any.rnn_lm();
  NetworkBuilder net(task.batch());
  const int64_t vocabulary = Vocabulary(task);
  const TokenInputs inputs = LanguageInputs(net, task.text(), vocabulary, task.length());
  const Weights weights(net, task.init(), task.init_scale());
  const Extents table = {vocabulary, task.embedding()};
  const Value x =
      Embedded(net, "embed/embeddings", inputs.tokens, table, EmbeddingInit(task, weights, table));
  const Value h = Recurred(net, task.cell(), x, task.hidden());
  const Value logits = Linear(net, "linear", h, vocabulary, TensorKind::kOutputWeights,
                              weights.Of({net.Last(h), vocabulary}));
  return net.Finish(LanguageLoss(net, logits, inputs),
                    LanguageMetaLoss(task.meta_loss(), vocabulary));
}

std::optional<DataUse> Data(const v1::Task& task) { return LanguageData(task.rnn_lm().text()); }

std::string Text(const v1::Task& any) {
  const v1::RnnLm& task = any.rnn_lm();
  return fmt::format("{}{}, vocabulary {}, embedding {}, hidden {}, length {}, batch {}",
                     LanguageWords(task.text()),
                     EnumWord(v1::RnnCell_Name(task.cell()), "RNN_CELL_"), Vocabulary(task),
                     task.embedding(), task.hidden(), task.length(), task.batch());
}

v1::Task Widened(const v1::Task& task, uint32_t numerator, uint32_t denominator) {
  v1::Task scaled = task;
  v1::RnnLm& lm = *scaled.mutable_rnn_lm();
  lm.set_embedding(Scaled(lm.embedding(), numerator, denominator));
  lm.set_hidden(Scaled(lm.hidden(), numerator, denominator));
  return scaled;
}

TaskFault Fault(const v1::Task& task) {
  const v1::RnnLm& own = task.rnn_lm();
  return LanguageFault(own.text(), own.vocabulary(), own.length());
}

}  // namespace

const NetworkFamily kRnnLmFamily = {"an rnn_lm", Build, Data, Text, Widened, Fault};

}  // namespace paceline
