#include "tests/testing/golden_networks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <utility>

#include "common/task/families.h"
#include "common/task/image_mlp_network.h"

namespace paceline::testing {
namespace {

v1::Activation ActivationOf(std::string word) {
  if (word == "leaky_relu_m05") word = "leaky_relu";
  if (word == "swish") word = "silu";
  std::ranges::transform(word, word.begin(), [](unsigned char c) { return std::toupper(c); });
  v1::Activation activation = v1::ACTIVATION_UNSPECIFIED;
  EXPECT_TRUE(v1::Activation_Parse("ACTIVATION_" + word, &activation)) << word;
  return activation;
}

v1::Norm NormOf(const std::string& word) {
  EXPECT_TRUE(word == "batch_norm" || word == "layer_norm") << word;
  return word == "batch_norm" ? v1::NORM_BATCH : v1::NORM_LAYER;
}

void AddAll(const nlohmann::json& numbers, google::protobuf::RepeatedField<uint32_t>& to) {
  for (const auto& number : numbers) to.Add(number.get<uint32_t>());
}

// [batch, height, width, channel]
template <class TaskMessage>
void SetImages(const GoldenOptions& options, TaskMessage& task) {
  const auto image = options.at("image").get<std::vector<uint32_t>>();
  task.set_dataset(v1::DATASET_FOLDER);
  task.set_size(0);
  task.set_batch(image.at(0));
  task.mutable_images()->set_stack_channels(1);
  v1::ImageFolder& folder = *task.mutable_images()->mutable_folder();
  folder.set_path("golden");
  folder.set_height(image.at(1));
  folder.set_width(image.at(2));
  folder.set_channels(image.at(3));
  folder.set_classes(options.at("num_classes").get<uint32_t>());
}

uint32_t PatchOf(const GoldenOptions& options) {
  const auto patch = options.at("patch").get<std::vector<uint32_t>>();
  EXPECT_EQ(patch.at(0), patch.at(1));
  return patch.at(0);
}

// The sampled families' own weights are normal (init_tasks.json).
template <class TaskMessage>
void SetInitializer(const std::string& kind, TaskMessage& task) {
  const bool sampled = kind.starts_with("param_");
  task.set_init(sampled ? v1::INITIALIZER_NORMAL : v1::INITIALIZER_STANDARD);
  task.set_init_scale(1);
}

v1::MetaLoss MetaLossOf(const std::string& kind) {
  return kind.starts_with("param_") ? v1::META_LOSS_PARAMETRIC : v1::META_LOSS_FIXED;
}

void SetImageMlp(const std::string& kind, const GoldenOptions& options, v1::Task& task) {
  v1::ImageMlp& mlp = *task.mutable_image_mlp();
  SetImages(options, mlp);
  AddAll(options.at("hidden_sizes"), *mlp.mutable_hidden());
  mlp.set_activation(ActivationOf(options.at("activation")));
  mlp.set_meta_loss(MetaLossOf(kind));
  SetInitializer(kind, mlp);
  if (kind == "image_mlp_norm") mlp.set_norm(NormOf(options.at("norm_type")));
  if (kind != "image_mlp_mse") return;
  mlp.set_loss(v1::CLASSIFIER_LOSS_MSE);
  mlp.set_dropout(options.at("dropout_rate"));
}

void SetConvNet(const std::string& kind, const GoldenOptions& options, v1::Task& task) {
  v1::ConvNet& net = *task.mutable_conv_net();
  SetImages(options, net);
  AddAll(options.at("hidden_units"), *net.mutable_channels());
  net.set_activation(ActivationOf(options.at("activation")));
  net.set_pool(options.value("pool", "avg") == "max" ? v1::POOL_MAX : v1::POOL_AVG);
  net.set_meta_loss(MetaLossOf(kind));
  SetInitializer(kind, net);
  if (kind == "conv_norm") net.set_norm(NormOf(options.at("norm_type")));
  if (kind == "param_image_conv") AddAll(options.at("strides"), *net.mutable_strides());
}

void SetResnet(const std::string& kind, const GoldenOptions& options, v1::Task& task) {
  v1::Resnet& net = *task.mutable_resnet();
  SetImages(options, net);
  AddAll(options.at("blocks_per_group"), *net.mutable_blocks());
  AddAll(options.at("channels_per_group"), *net.mutable_channels());
  net.set_version(options.at("resnet_v2") ? v1::RESNET_VERSION_V2 : v1::RESNET_VERSION_V1);
  net.set_bottleneck(options.at("bottleneck"));
  net.set_stem_channels(options.at("initial_conv_channels"));
  net.set_stem_kernel(options.at("initial_conv_kernel_size"));
  net.set_stem_stride(options.at("initial_conv_stride"));
  net.set_max_pool(options.at("max_pool"));
  net.set_activation(ActivationOf(options.value("activation", "relu")));
  net.set_init(v1::INITIALIZER_STANDARD);
  net.set_init_scale(1);
  net.set_meta_loss(MetaLossOf(kind));
  for (const bool projects : options.at("use_projection")) EXPECT_TRUE(projects);
  // What the library was passed and does not use, and sizes that "image" has too.
  for (const char* key : {"initial_conv_stride_argument", "batch_size", "image_size"}) {
    options.value(key, 0);
  }
}

void SetVit(const std::string&, const GoldenOptions& options, v1::Task& task) {
  v1::Vit& vit = *task.mutable_vit();
  SetImages(options, vit);
  vit.set_patch(PatchOf(options));
  vit.set_layers(options.at("num_layers"));
  vit.set_width(options.at("hidden_size"));
  vit.set_heads(options.at("num_heads"));
  vit.set_mlp(options.at("mlp_dim"));
  vit.set_dropout(options.at("dropout_rate"));
  vit.set_attention_dropout(options.at("attention_dropout_rate"));
}

void SetMlpMixer(const std::string&, const GoldenOptions& options, v1::Task& task) {
  v1::MlpMixer& mixer = *task.mutable_mlp_mixer();
  SetImages(options, mixer);
  mixer.set_patch(PatchOf(options));
  mixer.set_blocks(options.at("num_blocks"));
  mixer.set_width(options.at("hidden_dim"));
  mixer.set_tokens_mlp(options.at("tokens_mlp_dim"));
  mixer.set_channels_mlp(options.at("channels_mlp_dim"));
}

void SetQuadratic(const std::string& kind, const GoldenOptions& options, v1::Task& task) {
  static const std::map<std::string, v1::QuadraticKind> kKinds = {
      {"sum_quadratic", v1::QUADRATIC_KIND_SUM},
      {"quadratic_data", v1::QUADRATIC_KIND_DATA},
      {"noisy_mean_quadratic", v1::QUADRATIC_KIND_NOISY_MEAN},
      {"noisy_quadratic", v1::QUADRATIC_KIND_NOISY_GRADIENT},
  };
  v1::Quadratic& quadratic = *task.mutable_quadratic();
  quadratic.set_dimension(options.at("dim"));
  quadratic.set_kind(kKinds.at(kind));
  if (kind == "noisy_mean_quadratic") quadratic.set_noise(options.at("noise_stdev"));
  if (kind == "noisy_quadratic") quadratic.set_noise(options.at("cov"));
}

v1::Flag FlagOf(const GoldenOptions& options, const char* key, bool otherwise = false) {
  return options.value(key, otherwise) ? v1::FLAG_TRUE : v1::FLAG_FALSE;
}

void SetAutoencoder(const std::string& kind, const GoldenOptions& options, v1::Task& task) {
  v1::Autoencoder& own = *task.mutable_autoencoder();
  SetImages(options, own);
  AddAll(options.at("hidden_sizes"), *own.mutable_hidden());
  own.set_activation(ActivationOf(options.at("activation")));
  own.set_centred(FlagOf(options, "center_data"));
  own.set_constrained(FlagOf(options, "constrain_output", true));
  own.set_log_loss(FlagOf(options, "log_loss"));
  own.set_meta_loss(MetaLossOf(kind));
  SetInitializer(kind, own);
}

void SetVae(const std::string& kind, const GoldenOptions& options, v1::Task& task) {
  v1::Vae& own = *task.mutable_vae();
  SetImages(options, own);
  AddAll(options.at("enc_hidden_sizes"), *own.mutable_encoder());
  AddAll(options.at("dec_hidden_sizes"), *own.mutable_decoder());
  own.set_latent(options.at("n_z"));
  own.set_activation(ActivationOf(options.at("activation")));
  EXPECT_EQ(options.at("bin_size").get<double>(), 1.0 / 255);
  EXPECT_EQ(options.at("clip").get<double>(), 10);
  own.set_centred(FlagOf(options, "center_data"));
  own.set_per_dim_loss(FlagOf(options, "per_dim_loss"));
  SetInitializer(kind, own);
}

template <class TaskMessage>
void SetText(const GoldenOptions& options, TaskMessage& task) {
  const auto vocabulary = options.at("vocab_size").get<uint32_t>();
  constexpr uint32_t kFewest = 259;  // of a text
  task.set_vocabulary(vocabulary);
  task.mutable_text()->set_path("golden");
  task.mutable_text()->set_vocabulary(
      std::max(kFewest, options.value("dataset_vocab_size", vocabulary)));
  task.set_batch(options.at("batch_size"));
  task.set_length(options.at("sequence_length"));
}

// The library's "vanilla" and "gru" of sampled tasks are LSTMs.
v1::RnnCell CellOf(const std::string& core) {
  if (core == "VanillaRNN") return v1::RNN_CELL_VANILLA;
  if (core == "IRNN") return v1::RNN_CELL_IRNN;
  EXPECT_TRUE(core == "GRU" || core == "LSTM") << core;
  return core == "GRU" ? v1::RNN_CELL_GRU : v1::RNN_CELL_LSTM;
}

void SetRnnLm(const std::string& kind, const GoldenOptions& options, v1::Task& task) {
  v1::RnnLm& own = *task.mutable_rnn_lm();
  SetText(options, own);
  own.set_cell(CellOf(options.value("core", std::string("LSTM"))));
  own.set_embedding(options.at("embedding_dim"));
  own.set_hidden(options.at("hidden_size"));
  SetInitializer(kind, own);
  own.set_meta_loss(MetaLossOf(kind));
}

void SetTransformerLm(const std::string& kind, const GoldenOptions& options, v1::Task& task) {
  v1::TransformerLm& own = *task.mutable_transformer_lm();
  SetText(options, own);
  own.set_width(options.at("d_model"));
  own.set_heads(options.at("num_heads"));
  own.set_key_size(options.at("key_size"));
  own.set_layers(options.at("num_layers"));
  own.set_dropout(options.at("dropout_rate"));
  own.set_meta_loss(MetaLossOf(kind));
}

// The library's kind of a task, and how its options are ours.
using Setter = void (*)(const std::string& kind, const GoldenOptions& options, v1::Task& task);

const std::map<std::string, Setter>& Setters() {
  static const std::map<std::string, Setter> kSetters = {
      {"image_mlp", SetImageMlp},
      {"image_mlp_norm", SetImageMlp},
      {"image_mlp_mse", SetImageMlp},
      {"param_image_mlp", SetImageMlp},
      {"conv", SetConvNet},
      {"conv_norm", SetConvNet},
      {"param_image_conv", SetConvNet},
      {"resnet", SetResnet},
      {"param_image_resnet", SetResnet},
      {"vit", SetVit},
      {"param_vit", SetVit},
      {"mlp_mixer", SetMlpMixer},
      {"image_mlp_ae", SetAutoencoder},
      {"param_image_mlp_ae", SetAutoencoder},
      {"param_image_mlp_vae", SetVae},
      {"rnn_lm", SetRnnLm},
      {"param_lm_rnn", SetRnnLm},
      {"transformer_lm", SetTransformerLm},
      {"param_lm_transformer", SetTransformerLm},
      {"sum_quadratic", SetQuadratic},
      {"quadratic_data", SetQuadratic},
      {"noisy_mean_quadratic", SetQuadratic},
      {"noisy_quadratic", SetQuadratic},
  };
  return kSetters;
}

// ---- what a network is given ----

std::vector<float> FloatsOf(const Tensor& tensor) {
  const std::span<const float> values = tensor.f32();
  return {values.begin(), values.end()};
}

void Append(const std::vector<float>& values, std::vector<float>& to) {
  to.insert(to.end(), values.begin(), values.end());
}

HostArray TokensOf(const Tensor& tensor) {
  const std::span<const int32_t> values = tensor.i32();
  return {.tokens = {values.begin(), values.end()}};
}

// Masks count what is kept.
std::vector<float> DrawOf(const NetworkDraw& draw, const Tensor& recorded) {
  EXPECT_EQ(ElementsOf(draw.shape), static_cast<int64_t>(recorded.elements()));
  if (draw.kind != DrawKind::kKeep) return FloatsOf(recorded);
  std::vector<float> factors;
  for (const uint8_t kept : recorded.u8()) {
    factors.push_back(kept ? static_cast<float>(1 / draw.keep) : 0);
  }
  return factors;
}

HostArray ArrayOf(const GoldenFile& file, InputKind kind, bool first_tokens) {
  switch (kind) {
    case InputKind::kImages:
      return {.floats = FloatsOf(file.at("batch/image"))};
    case InputKind::kLabels:
      return TokensOf(file.at("batch/label"));
    case InputKind::kTokens:
      return TokensOf(file.at(first_tokens ? "batch/obs" : "batch/target"));
    case InputKind::kFeatures:
    case InputKind::kTargets:
      break;  // no file has them
  }
  return {};
}

// Rows `index` of [row, size] values, each from `begin` on.
template <class T, class From>
std::vector<T> RowsOf(std::span<const From> values, std::span<const int32_t> index, size_t size,
                      size_t begin, size_t count, T scale) {
  std::vector<T> rows;
  for (const int32_t row : index) {
    for (size_t i = 0; i < count; ++i) {
      rows.push_back(static_cast<T>(values[static_cast<size_t>(row) * size + begin + i]) / scale);
    }
  }
  return rows;
}

}  // namespace

std::vector<std::string> VariantsOf(const GoldenFile& file) {
  return file.config.value("variant_names", std::vector<std::string>{""});
}

nlohmann::json VariantConfig(const GoldenFile& file, const std::string& variant) {
  nlohmann::json config = file.config;
  const std::vector<std::string> names = VariantsOf(file);
  const auto place = std::ranges::find(names, variant) - names.begin();
  if (!variant.empty()) config.update(config.at("variants").at(static_cast<size_t>(place)));
  config.erase("variants");
  config.erase("variant_names");
  return config;
}

absl::StatusOr<v1::Task> ConfigOf(const nlohmann::json& config) {
  const auto kind = config.at("task").get<std::string>();
  const auto setter = Setters().find(kind);
  if (setter == Setters().end()) return absl::UnimplementedError("task " + kind);
  const GoldenOptions options(config);
  v1::Task task;
  task.set_weight(1);
  setter->second(kind, options, task);
  if (const std::string unread = options.Unread(); !unread.empty()) {
    return absl::UnimplementedError(unread);
  }
  return task;
}

absl::StatusOr<v1::Task> ConfigOf(const GoldenFile& file, const std::string& variant) {
  return ConfigOf(VariantConfig(file, variant));
}

Network GoldenNetwork(const v1::Task& task) {
  if (std::optional<Network> network = NetworkOf(task)) return *std::move(network);
  return kImageMlpFamily.network(task);
}

Network GoldenNetwork(const v1::Task& task, const GoldenFile& file) {
  Network network = GoldenNetwork(task);
  if (!file.has("hess")) return network;
  const std::span<const float> hessian = file.at("hess").f32();
  for (Node& node : network.nodes) {
    if (node.op == Op::kConstant) node.values.assign(hessian.begin(), hessian.end());
  }
  return network;
}

NetworkInputs GoldenInputs(const GoldenFile& file, const Network& network) {
  NetworkInputs inputs;
  bool first_tokens = true;
  for (const NetworkInput& input : network.inputs) {
    inputs.arrays.push_back(ArrayOf(file, input.kind, first_tokens));
    if (input.kind == InputKind::kTokens) first_tokens = false;
  }
  for (size_t i = 0; i < network.draws.size(); ++i) {
    const std::string name = fmt::format("noise/{:02}", i);
    Append(DrawOf(network.draws[i], file.at(file.has("batch/data") ? "batch/data" : name)),
           inputs.draws);
  }
  for (const NetworkDraw& draw : network.episode_draws) {
    const bool scale = draw.kind == DrawKind::kUniform;
    const std::string centre = file.has("batch/target") ? "batch/target" : "batch/center";
    Append(DrawOf(draw, file.at(scale ? "batch/scale" : centre)), inputs.episode);
  }
  return inputs;
}

NetworkInputs GoldenStepInputs(const GoldenFile& file, const Network& network, int64_t step) {
  const auto batch = static_cast<size_t>(file.at("index").shape[1]);
  const std::span<const int32_t> index =
      file.at("index").i32().subspan(static_cast<size_t>(step) * batch, batch);
  NetworkInputs inputs;
  bool first_tokens = true;
  for (const NetworkInput& input : network.inputs) {
    const auto size = static_cast<size_t>(ElementsOf(input.shape)) / batch;
    HostArray& array = inputs.arrays.emplace_back();
    if (input.kind == InputKind::kImages) {
      array.floats = RowsOf(file.at("pool/image_u8").u8(), index, size, 0, size, 255.0f);
    } else if (input.kind == InputKind::kLabels) {
      array.tokens = RowsOf(file.at("pool/label").i32(), index, 1, 0, 1, 1);
    } else {
      const size_t begin = first_tokens ? 0 : 1;
      array.tokens = RowsOf(file.at("pool/tokens").i32(), index, size + 1, begin, size, 1);
      first_tokens = false;
    }
  }
  return inputs;
}

}  // namespace paceline::testing
