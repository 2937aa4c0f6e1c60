// Autoencoders and language models: what follows from their configs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "common/config/config.h"
#include "common/task/facts.h"
#include "common/task/families.h"

namespace paceline {
namespace {

using ::testing::Contains;

v1::Task Parsed(const std::string& yaml) {
  const ParsedConfig parsed = ParseConfig("name: t\ntasks: [{" + yaml + "}]\n", "t");
  EXPECT_EQ(parsed.config.tasks_size(), 1) << yaml;
  return parsed.config.tasks(0);
}

TEST(LanguageAndCodes, ATransformersBlocksByHand) {
  const size_t heads = 5, width = 20, layers = 3, vocabulary = 32000, inner = 32 * heads;
  const size_t attention = 3 * (width * inner + inner) + inner * width + width;
  const size_t mlp = width * 4 * width + 4 * width + 4 * width * width + width;
  const size_t ends = vocabulary * width + 2 * width + width * vocabulary + vocabulary;
  const TaskFacts facts = FactsOf(
      Parsed("transformer_lm: {vocabulary: 32000, heads: 5, width: 20, layers: 3, length: 8}"));
  EXPECT_EQ(facts.parameter_count(), ends + layers * (attention + mlp + 4 * width));
}

TEST(LanguageAndCodes, SayWhatTheyAre) {
  const TaskFacts codes = FactsOf(Parsed(
      "autoencoder: {dataset: mnist, size: 0, hidden: [8, 4], activation: tanh, log_loss: any, "
      "centred: true, batch: 2}"));
  EXPECT_EQ(codes.article_and_name, "an autoencoder");
  EXPECT_EQ(codes.text,
            "mnist 28x28, hidden [8, 4], tanh, log loss any, centred, constrained, batch 2");
  EXPECT_FALSE(codes.has_classes);
  EXPECT_EQ(FactsOf(Parsed("rnn_lm: {cell: gru, vocabulary: 100, length: 5}")).text,
            "text, 259 tokens, gru, vocabulary 100, embedding 64, hidden 128, length 5, batch 128");
  EXPECT_EQ(FactsOf(Parsed("transformer_lm: {dropout: 0.5}")).text,
            "text, 259 tokens, vocabulary 259, width 32, 4 heads of 32, 1 layer, dropout 0.5, "
            "length 16, batch 8");
  EXPECT_EQ(FactsOf(Parsed("vae: {encoder: [9], decoder: [], latent: 3, per_dim_loss: any}")).text,
            "fashion_mnist 8x8, encoder [9], latent 3, decoder [], relu, loss per dimension any, "
            "batch 128");
}

TEST(LanguageAndCodes, TokensAreFoldedIntoASmallerVocabularyAlone) {
  const auto folds = [](const std::string& vocabulary) {
    const Network network = *NetworkOf(Parsed("rnn_lm: {vocabulary: " + vocabulary + "}"));
    return std::ranges::count(network.nodes, Op::kFold, &Node::op);
  };
  EXPECT_EQ(folds("0"), 0);
  EXPECT_EQ(folds("259"), 0);
  EXPECT_EQ(folds("300"), 0);
  EXPECT_EQ(folds("258"), 2) << "what is read, and what follows";
}

TEST(LanguageAndCodes, ADrawnInitializerIsThatOfEmbeddingAndOutputAlone) {
  const Network network = *NetworkOf(Parsed("rnn_lm: {init: any}"));
  for (size_t t = 0; t < network.tensors.size(); ++t) {
    const std::string& name = network.tensors[t].name;
    const bool drawn = name == "embed/embeddings" || name == "linear/w";
    EXPECT_EQ(network.inits[t].kind == InitKind::kParametric, drawn) << name;
  }
}

TEST(LanguageAndCodes, DrawnFlagsAreChoicesOfTheEpisode) {
  const auto choices = [](const std::string& task) {
    const Network network = *NetworkOf(Parsed(task));
    std::vector<std::string> names;
    for (const NetworkChoice& choice : network.choices) {
      names.push_back(choice.name);
    }
    return names;
  };
  EXPECT_THAT(choices("autoencoder: {hidden: [4], log_loss: any, centred: any, constrained: any}"),
              ::testing::UnorderedElementsAre("log loss", "centred", "constrained"));
  EXPECT_THAT(choices("vae: {encoder: [], decoder: [], centred: any, activation: any}"),
              ::testing::UnorderedElementsAre("centred"))
      << "without a hidden layer no activation is asked for";
  EXPECT_THAT(choices("autoencoder: {hidden: [4], log_loss: false}"), ::testing::IsEmpty());
}

}  // namespace
}  // namespace paceline
