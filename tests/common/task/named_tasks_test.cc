// The fixed tasks of google/learned_optimization and of the NRES paper by their sizes, as configs.
#include <gtest/gtest.h>

#include <string>

#include "common/config/config.h"
#include "common/task/facts.h"

namespace paceline {
namespace {

struct NamedTask {
  const char* name;
  const char* task;
  double parameters;
  double tolerance = 0;  // relative, where the number is known in digits alone
};

constexpr double kThreeDigits = 0.005;

const NamedTask kNamed[] = {
    {"ImageMLP_FashionMnist8_Relu32", "image_mlp: {hidden: [32]}", 2410},
    {"ImageMLP_Cifar10BW8_Relu32",
     "image_mlp: {dataset: cifar10, images: {grey: true}, hidden: [32]}", 2410},
    {"ImageMLP_Cifar10_8_Relu32", "image_mlp: {dataset: cifar10, hidden: [32]}", 6506},
    {"ImageMLP_FashionMnist16_Relu32", "image_mlp: {size: 16, hidden: [32]}", 8554},
    {"ImageMLP_FashionMnist32_Relu32", "image_mlp: {size: 32, hidden: [32]}", 33130},
    {"ImageMLP_FashionMnist_Relu128x128", "image_mlp: {size: 28, hidden: [128, 128]}", 118282},
    {"ImageMLP_Mnist_128x128x128_Relu",
     "image_mlp: {dataset: mnist, size: 28, hidden: [128, 128, 128]}", 134794},
    {"ImageMLP_Cifar10_128x128x128_Tanh",
     "image_mlp: {dataset: cifar10, size: 32, hidden: [128, 128, 128], activation: tanh}", 427658},
    {"ImageMLP_Cifar10_128x128x128_BatchNorm",
     "image_mlp: {dataset: cifar10, size: 32, hidden: [128, 128, 128], norm: batch}", 428426},
    {"ImageMLP_Cifar10_128x128x128_LayerNorm",
     "image_mlp: {dataset: cifar10, size: 32, hidden: [128, 128, 128], norm: layer}", 428426},
    {"ImageMLP_Cifar10_128x128x128_Relu_MSE",
     "image_mlp: {dataset: cifar10, size: 32, hidden: [128, 128, 128], loss: mse}", 427658},
    {"ImageMLP_Cifar100_128x128x128_Relu",
     "image_mlp: {dataset: cifar100, size: 32, hidden: [128, 128, 128]}", 439268},
    {"ImageMLP_Imagenet16_Relu256x256x256",
     "image_mlp: {dataset: imagenet16, size: 16, hidden: [256, 256, 256]}", 585448},
    {"ImageMLP_Cifar10_256x256", "image_mlp: {dataset: cifar10, size: 32, hidden: [256, 256]}",
     855050},
    {"ImageMLP_Cifar10_1024x1024", "image_mlp: {dataset: cifar10, size: 32, hidden: [1024, 1024]}",
     4.21e6, kThreeDigits},
    {"ImageMLP_Cifar10_4096x4096", "image_mlp: {dataset: cifar10, size: 32, hidden: [4096, 4096]}",
     29.4e6, kThreeDigits},
    {"NRES, MLP", "image_mlp: {size: 8, hidden: [32, 32, 32], activation: gelu}", 4522},
    {"NRES, CNN",
     "conv_net: {dataset: cifar10, size: 32, channels: [32, 32, 32, 32], strides: [1, 1, 1, 1], "
     "layer_pool: avg, pool: flatten}",
     29930},
    {"Conv_Cifar10_8_16x32", "conv_net: {dataset: cifar10, channels: [16, 32]}", 5418},
    {"Conv_Cifar10_16_32x64x64", "conv_net: {dataset: cifar10, size: 16, channels: [32, 64, 64]}",
     56970},
    {"Conv_Cifar10_32x64x64", "conv_net: {dataset: cifar10, size: 32, channels: [32, 64, 64]}",
     56970},
    {"Conv_Cifar100_32x64x64", "conv_net: {dataset: cifar100, size: 32, channels: [32, 64, 64]}",
     62820},
    {"Conv_imagenet16_16_64x128x128x128",
     "conv_net: {dataset: imagenet16, size: 16, channels: [64, 128, 128, 128]}", 499816},
    {"ImageMLPAE_Cifar10_32x32x32",
     "autoencoder: {dataset: cifar10, size: 32, hidden: [32, 32, 32]}", 201824},
    {"ImageMLPAE_Cifar10_256x256x256",
     "autoencoder: {dataset: cifar10, size: 32, hidden: [256, 256, 256]}", 1707776},
    {"ImageMLPAE_Cifar10_128x32x128",
     "autoencoder: {dataset: cifar10, size: 32, hidden: [128, 32, 128], batch: 256}", 797984},
    {"ImageMLPAE_Mnist_128x32x128",
     "autoencoder: {dataset: mnist, size: 28, hidden: [128, 32, 128]}", 209968},
    {"RNNLM bytes, vanilla, 64/128", "rnn_lm: {cell: vanilla, embedding: 64, hidden: 128}", 74947},
    {"RNNLM bytes, IRNN, 64/128", "rnn_lm: {cell: irnn, embedding: 64, hidden: 128}", 74947},
    {"RNNLM bytes, GRU, 64/128", "rnn_lm: {cell: gru, embedding: 64, hidden: 128}", 124227},
    {"RNNLM bytes, LSTM, 64/128", "rnn_lm: {cell: lstm, embedding: 64, hidden: 128}", 149059},
    {"RNNLM bytes, GRU, 128/256", "rnn_lm: {cell: gru, embedding: 128, hidden: 256}", 395651},
    {"RNNLM bytes, LSTM, 128/256", "rnn_lm: {cell: lstm, embedding: 128, hidden: 256}", 494467},
    {"RNNLM 32k, vanilla, 128/256",
     "rnn_lm: {cell: vanilla, embedding: 128, hidden: 256, vocabulary: 32100}", 12.46e6,
     kThreeDigits},
    {"RNNLM 32k, LSTM, 128/256",
     "rnn_lm: {cell: lstm, embedding: 128, hidden: 256, vocabulary: 32100}", 12.75e6, kThreeDigits},
    {"TransformerLM 0",
     "transformer_lm: {heads: 5, width: 20, layers: 1, vocabulary: 32100, dropout: 0.1}", 1.33e6,
     kThreeDigits},
    {"TransformerLM 2", "transformer_lm: {heads: 4, width: 32, layers: 2, vocabulary: 32100}",
     2.14e6, kThreeDigits},
    {"TransformerLM 6", "transformer_lm: {heads: 5, width: 80, layers: 1, vocabulary: 32100}",
     5.27e6, kThreeDigits},
    {"TransformerLM 7", "transformer_lm: {heads: 7, width: 112, layers: 3, vocabulary: 32100}",
     7.83e6, kThreeDigits},
    {"TransformerLM 8", "transformer_lm: {heads: 4, width: 128, layers: 1, vocabulary: 32100}",
     8.45e6, kThreeDigits},
    {"TransformerLM 10", "transformer_lm: {heads: 4, width: 256, layers: 3, vocabulary: 32100}",
     18.4e6, kThreeDigits},
    {"TransformerLM 11", "transformer_lm: {heads: 19, width: 304, layers: 2, vocabulary: 32100}",
     22.5e6, kThreeDigits},
};

TaskFacts FactsOfConfig(const std::string& task) {
  const auto config = LoadConfig("configs/fashion-mlp.yaml", std::vector{"tasks=[{" + task + "}]"});
  EXPECT_TRUE(config.ok()) << task << ": " << config.status();
  return config.ok() ? FactsOf(config->tasks(0)) : TaskFacts();
}

TEST(NamedTasks, HaveAsManyParametersAsTheirs) {
  for (const NamedTask& named : kNamed) {
    EXPECT_NEAR(static_cast<double>(FactsOfConfig(named.task).parameter_count()), named.parameters,
                named.tolerance * named.parameters)
        << named.name;
  }
}

// Whose numbers of parameters are not published: that they can be written, and what they cost.
TEST(NamedTasks, LargeOnesOfPatchesAndResidualsAreValid) {
  for (const char* task :
       {"vit: {dataset: imagenet64, size: 64, patch: 16, width: 384, mlp: 1536, heads: 6, layers: "
        "6}",
        "vit: {dataset: cifar100, size: 32, patch: 16, width: 128, mlp: 512, heads: 4, layers: 10}",
        "vit: {dataset: food101, size: 64, patch: 16, width: 384, mlp: 1536, heads: 6, layers: 6}",
        "mlp_mixer: {dataset: imagenet64, size: 64, patch: 16, width: 768, blocks: 8, "
        "tokens_mlp: 384, channels_mlp: 3072}",
        "mlp_mixer: {dataset: cifar100, size: 32, patch: 16, width: 512, blocks: 5, "
        "tokens_mlp: 384, channels_mlp: 2048}",
        "resnet: {dataset: imagenet16, size: 16, blocks: [1, 1, 1, 1], channels: [8, 16, 16, 16], "
        "batch: 64}",
        "resnet: {dataset: imagenet64, size: 64, blocks: [1, 1, 3, 4], "
        "channels: [256, 512, 1024, 1024], batch: 256}"}) {
    const TaskFacts facts = FactsOfConfig(task);
    EXPECT_GT(facts.parameter_count(), 0u) << task;
    EXPECT_GT(facts.flops, 2.0 * static_cast<double>(facts.parameter_count())) << task;
  }
}

}  // namespace
}  // namespace paceline
