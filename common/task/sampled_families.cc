#include "common/task/sampled_families.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "common/task/random_graphs.h"

namespace paceline {
namespace {

using Widths = google::protobuf::RepeatedField<uint32_t>;

// What tasks on images have in common.
template <class Config, class Own>
void DrawImages(const Config& config, TaskDraws& draws, Own& own) {
  own.set_dataset(static_cast<v1::Dataset>(draws.OneOf(NumbersOf(config, "datasets"))));
  own.set_size(draws.LogInt(RangeOf(config, "size")));
  own.set_batch(draws.LogInt(RangeOf(config, "batch")));
}

// Each particle's episode draws them.
template <class Own>
void LeaveToTheEpisode(Own& own) {
  own.set_activation(v1::ACTIVATION_ANY);
  own.set_init(v1::INITIALIZER_ANY);
  own.set_init_scale(1);
}

// Layers of one width.
template <class Config>
void DrawLayers(const Config& config, const char* width, TaskDraws& draws, Widths& layers) {
  const uint32_t count = draws.Int(RangeOf(config, "layers"));
  layers.Resize(static_cast<int>(count), draws.LogInt(RangeOf(config, width)));
}

void Draw(const v1::SampledImageMlp& config, TaskDraws& draws, v1::ImageMlp& own) {
  DrawImages(config, draws, own);
  DrawLayers(config, "width", draws, *own.mutable_hidden());
  LeaveToTheEpisode(own);
  own.set_meta_loss(v1::META_LOSS_PARAMETRIC);
}

void Draw(const v1::SampledConvNet& config, TaskDraws& draws, v1::ConvNet& own) {
  DrawImages(config, draws, own);
  DrawLayers(config, "channels", draws, *own.mutable_channels());
  const auto strided = static_cast<int>(draws.Int(RangeOf(config, "strided")));
  own.mutable_strides()->Resize(strided, 2);
  own.mutable_strides()->Resize(std::max(strided, own.channels_size()), 1);
  own.set_pool(v1::POOL_AVG);
  LeaveToTheEpisode(own);
  own.set_meta_loss(v1::META_LOSS_PARAMETRIC);
}

// Blocks up to a number that is drawn itself; channels that double from some groups to the next.
void DrawGroups(const v1::SampledResnet& config, TaskDraws& draws, v1::Resnet& own) {
  constexpr uint32_t kMostChannels = 2048;
  constexpr uint32_t kFactors[][4] = {
      {1, 1, 1, 1}, {1, 2, 2, 2}, {1, 2, 2, 4}, {1, 2, 4, 4}, {1, 2, 4, 8}};
  const double first = RangeOf(config, "blocks").first;
  const uint32_t most = draws.LogInt(RangeOf(config, "blocks"));
  const uint32_t channels = draws.LogInt(RangeOf(config, "channels"));
  const auto pattern = static_cast<size_t>(draws.Int({0, std::size(kFactors) - 1.0}));
  for (const uint32_t factor : kFactors[pattern]) {
    own.add_blocks(draws.LogInt({first, static_cast<double>(most)}));
    own.add_channels(std::min(kMostChannels, factor * channels));
  }
}

void Draw(const v1::SampledResnet& config, TaskDraws& draws, v1::Resnet& own) {
  DrawImages(config, draws, own);
  DrawGroups(config, draws, own);
  own.set_version(v1::RESNET_VERSION_V1);
  own.set_bottleneck(true);
  own.set_stem_channels(draws.LogInt({8, 64}));
  own.set_stem_kernel(static_cast<uint32_t>(draws.OneOf({3, 5, 7})));
  own.set_stem_stride(draws.Int({1, 2}));
  own.set_max_pool(draws.Coin());
  LeaveToTheEpisode(own);
  own.set_meta_loss(v1::META_LOSS_PARAMETRIC);
}

void Draw(const v1::SampledAutoencoder& config, TaskDraws& draws, v1::Autoencoder& own) {
  DrawImages(config, draws, own);
  DrawLayers(config, "width", draws, *own.mutable_hidden());
  own.set_log_loss(v1::FLAG_ANY);
  own.set_centred(v1::FLAG_ANY);
  own.set_constrained(v1::FLAG_ANY);
  LeaveToTheEpisode(own);
  own.set_meta_loss(v1::META_LOSS_PARAMETRIC);
}

void Draw(const v1::SampledVae& config, TaskDraws& draws, v1::Vae& own) {
  DrawImages(config, draws, own);
  DrawLayers(config, "width", draws, *own.mutable_encoder());
  DrawLayers(config, "width", draws, *own.mutable_decoder());
  own.set_latent(draws.LogInt(RangeOf(config, "latent")));
  own.set_centred(v1::FLAG_ANY);
  own.set_per_dim_loss(v1::FLAG_ANY);
  LeaveToTheEpisode(own);
}

template <class Config, class Own>
void DrawText(const Config& config, TaskDraws& draws, Own& own) {
  if (config.has_text()) *own.mutable_text() = config.text();
  // A synthetic text's tokens are not folded.
  const uint32_t vocabulary = draws.LogInt(RangeOf(config, "vocabulary"));
  own.set_vocabulary(config.text().has_synthetic() ? 0 : vocabulary);
  own.set_length(draws.LogInt(RangeOf(config, "length")));
  own.set_batch(draws.LogInt(RangeOf(config, "batch")));
  own.set_meta_loss(v1::META_LOSS_PARAMETRIC);
}

void Draw(const v1::SampledRnnLm& config, TaskDraws& draws, v1::RnnLm& own) {
  DrawText(config, draws, own);
  own.set_cell(static_cast<v1::RnnCell>(
      draws.OneOf({v1::RNN_CELL_VANILLA, v1::RNN_CELL_GRU, v1::RNN_CELL_LSTM})));
  own.set_embedding(draws.LogInt(RangeOf(config, "embedding")));
  own.set_hidden(draws.LogInt(RangeOf(config, "hidden")));
  own.set_init(v1::INITIALIZER_ANY);
  own.set_init_scale(1);
}

void Draw(const v1::SampledTransformerLm& config, TaskDraws& draws, v1::TransformerLm& own) {
  constexpr uint32_t kKeySize = 32, kMostWidth = 65536;
  constexpr double kDropout = 0.1;
  DrawText(config, draws, own);
  own.set_heads(draws.LogInt(RangeOf(config, "heads")));
  own.set_width(
      std::min(kMostWidth, own.heads() * draws.LogInt(RangeOf(config, "width_per_head"))));
  own.set_key_size(kKeySize);
  own.set_layers(draws.LogInt(RangeOf(config, "layers")));
  own.set_dropout(kDropout);
}

// None three times out of ten, else up to 0.8.
double Dropout(TaskDraws& draws) {
  const bool some = draws.Uniform() < 0.7;
  const double rate = 0.8 * draws.Uniform();
  return some ? rate : 0;
}

// Four heads and more are at most half as wide.
uint32_t WidthPerHead(const v1::SampledVit& config, TaskDraws& draws, uint32_t heads) {
  const auto [first, last] = RangeOf(config, "width_per_head");
  return draws.LogInt({first, heads < 4 ? last : std::max(first, std::floor(last / 2))});
}

void Draw(const v1::SampledVit& config, TaskDraws& draws, v1::Vit& own) {
  DrawImages(config, draws, own);
  own.set_layers(draws.LogInt(RangeOf(config, "layers")));
  own.set_heads(draws.LogInt(RangeOf(config, "heads")));
  own.set_width(own.heads() * WidthPerHead(config, draws, own.heads()));
  own.set_mlp(draws.LogInt(RangeOf(config, "mlp")));
  own.set_patch(static_cast<uint32_t>(draws.OneOf(NumbersOf(config, "patches"))));
  own.set_dropout(Dropout(draws));
  own.set_attention_dropout(Dropout(draws));
}

void Draw(const v1::SampledQuadratic& config, TaskDraws& draws, v1::Quadratic& own) {
  own.set_kind(v1::QUADRATIC_KIND_SPECTRUM);
  own.set_dimension(draws.LogInt(RangeOf(config, "dimension")));
  own.set_condition(draws.LogUniform(RangeOf(config, "condition")));
}

// One network's size and multipliers for either family that has one.
template <class Own>
void DrawNetwork(const v1::SampledOptimizerTraining& config, TaskDraws& draws, Own& own) {
  own.set_hidden(draws.LogInt(RangeOf(config, "hidden")));
  own.set_layers(draws.Int(RangeOf(config, "hidden_layers")));
  own.set_step_multiplier(draws.LogUniform(RangeOf(config, "multiplier")));
  own.set_exp_multiplier(draws.LogUniform(RangeOf(config, "multiplier")));
}

// Initial values are the schema's.
void DrawOptimizer(const v1::SampledOptimizerTraining& config, TaskDraws& draws,
                   v1::LearnedOptimizer& own) {
  switch (draws.Int({0, 4})) {
    case 0:
      return own.mutable_learnable_sgd()->set_learning_rate(0.01);
    case 1:
      own.mutable_learnable_sgdm()->set_learning_rate(0.01);
      return own.mutable_learnable_sgdm()->set_momentum(0.9);
    case 2:
      own.mutable_learnable_adam()->set_learning_rate(0.001);
      own.mutable_learnable_adam()->set_beta1(0.9);
      own.mutable_learnable_adam()->set_beta2(0.999);
      return own.mutable_learnable_adam()->set_epsilon(1e-8);
    case 3:
      return DrawNetwork(config, draws, *own.mutable_mlp_lopt());
    default:
      return DrawNetwork(config, draws, *own.mutable_adafac_mlp());
  }
}

void Draw(const v1::SampledOptimizerTraining& config, TaskDraws& draws,
          v1::OptimizerTraining& own) {
  DrawOptimizer(config, draws, *own.mutable_optimizer());
  own.set_steps(draws.LogInt(RangeOf(config, "steps")));
  own.set_batch(draws.LogInt(RangeOf(config, "batch")));
  v1::ImageMlp& task = *own.mutable_task();
  task.set_dataset(static_cast<v1::Dataset>(draws.OneOf(NumbersOf(config, "datasets"))));
  task.set_size(draws.LogInt(RangeOf(config, "size")));
  task.set_batch(draws.LogInt(RangeOf(config, "images")));
  DrawLayers(config, "width", draws, *task.mutable_hidden());
  LeaveToTheEpisode(task);
  task.set_meta_loss(v1::META_LOSS_PARAMETRIC);
}

// As sparse as the nodes allow where there are few of them.
void Draw(const v1::SampledGraphNet& config, TaskDraws& draws, v1::GraphNet& own) {
  constexpr double kDegree = 6, kHomophily = 0.8, kNoise = 2, kHighestProbability = 0.9;
  own.set_layer(static_cast<v1::GraphLayer>(
      draws.OneOf({v1::GRAPH_LAYER_GCN, v1::GRAPH_LAYER_MESSAGE_PASSING})));
  own.set_target(draws.Coin() ? v1::GRAPH_TARGET_NODE : v1::GRAPH_TARGET_GRAPH);
  own.set_nodes(draws.LogInt(RangeOf(config, "nodes")));
  own.set_communities(draws.LogInt(RangeOf(config, "communities")));
  own.set_features(draws.LogInt(RangeOf(config, "features")));
  own.set_batch(draws.LogInt(RangeOf(config, "batch")));
  DrawLayers(config, "width", draws, *own.mutable_hidden());
  const BlockModel one = {.nodes = own.nodes(), .communities = own.communities(), .degree = 1};
  const double within = JoinProbabilitiesOf(one, kHomophily).within;
  own.set_degree(std::min(kDegree, kHighestProbability / within));
  own.set_homophily(kHomophily);
  own.set_noise(kNoise);
  own.set_classes(2);
  LeaveToTheEpisode(own);
  own.set_meta_loss(v1::META_LOSS_PARAMETRIC);
}

void Draw(const v1::SampledPolicyGradient& config, TaskDraws& draws, v1::PolicyGradient& own) {
  constexpr double kDiscount = 0.99, kTrace = 0.95, kValueWeight = 0.5, kEntropy = 0.01;
  own.set_environment(static_cast<v1::Environment>(draws.OneOf(NumbersOf(config, "environments"))));
  DrawLayers(config, "width", draws, *own.mutable_hidden());
  own.set_batch(draws.LogInt(RangeOf(config, "batch")));
  own.set_horizon(draws.LogInt(RangeOf(config, "horizon")));
  own.set_discount(kDiscount);
  own.set_trace(kTrace);
  own.set_value_weight(kValueWeight);
  own.set_entropy(kEntropy);
  LeaveToTheEpisode(own);
}

}  // namespace

v1::Task DrawFamily(const v1::Sample& sample, TaskDraws draws) {
  v1::Task task;
  switch (sample.family_case()) {
    case v1::Sample::kImageMlp:
      Draw(sample.image_mlp(), draws, *task.mutable_image_mlp());
      break;
    case v1::Sample::kConvNet:
      Draw(sample.conv_net(), draws, *task.mutable_conv_net());
      break;
    case v1::Sample::kResnet:
      Draw(sample.resnet(), draws, *task.mutable_resnet());
      break;
    case v1::Sample::kAutoencoder:
      Draw(sample.autoencoder(), draws, *task.mutable_autoencoder());
      break;
    case v1::Sample::kVae:
      Draw(sample.vae(), draws, *task.mutable_vae());
      break;
    case v1::Sample::kRnnLm:
      Draw(sample.rnn_lm(), draws, *task.mutable_rnn_lm());
      break;
    case v1::Sample::kTransformerLm:
      Draw(sample.transformer_lm(), draws, *task.mutable_transformer_lm());
      break;
    case v1::Sample::kVit:
      Draw(sample.vit(), draws, *task.mutable_vit());
      break;
    case v1::Sample::kQuadratic:
      Draw(sample.quadratic(), draws, *task.mutable_quadratic());
      break;
    case v1::Sample::kGraphNet:
      Draw(sample.graph_net(), draws, *task.mutable_graph_net());
      break;
    case v1::Sample::kOptimizerTraining:
      Draw(sample.optimizer_training(), draws, *task.mutable_optimizer_training());
      break;
    case v1::Sample::kPolicyGradient:
      Draw(sample.policy_gradient(), draws, *task.mutable_policy_gradient());
      break;
    case v1::Sample::FAMILY_NOT_SET:
      break;
  }
  return task;
}

}  // namespace paceline
