#include "tests/testing/golden_language_and_codes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <functional>

#include "common/task/families.h"

namespace paceline::testing {
namespace {

using nlohmann::json;

v1::Activation ActivationOf(const std::string& word) {
  std::string name = "ACTIVATION_" + word;
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
  v1::Activation activation = v1::ACTIVATION_UNSPECIFIED;
  EXPECT_TRUE(v1::Activation_Parse(name, &activation)) << name;
  return activation;
}

v1::Flag FlagOf(bool on) { return on ? v1::FLAG_TRUE : v1::FLAG_FALSE; }

// A folder's data set of the images' own size.
void SetImages(const GoldenOptions& options, v1::ImageOptions& images, auto& task) {
  const auto shape = options.at("image").get<std::vector<uint32_t>>();
  task.set_dataset(v1::DATASET_FOLDER);
  task.set_batch(shape.at(0));
  images.mutable_folder()->set_height(shape.at(1));
  images.mutable_folder()->set_width(shape.at(2));
  images.mutable_folder()->set_channels(shape.at(3));
  images.mutable_folder()->set_classes(options.at("num_classes").get<uint32_t>());
  task.set_activation(ActivationOf(options.at("activation").get<std::string>()));
}

v1::Task Autoencoder(const GoldenOptions& options, const json& variant) {
  v1::Task task;
  v1::Autoencoder& own = *task.mutable_autoencoder();
  SetImages(options, *own.mutable_images(), own);
  for (const auto& width : options.at("hidden_sizes")) own.add_hidden(width.get<uint32_t>());
  own.set_centred(FlagOf(variant.value("center_data", false)));
  own.set_constrained(FlagOf(variant.value("constrain_output", true)));
  own.set_log_loss(FlagOf(variant.value("log_loss", false)));
  own.set_meta_loss(variant.empty() ? v1::META_LOSS_FIXED : v1::META_LOSS_PARAMETRIC);
  return task;
}

v1::Task Vae(const GoldenOptions& options, const json& variant) {
  v1::Task task;
  v1::Vae& own = *task.mutable_vae();
  SetImages(options, *own.mutable_images(), own);
  for (const auto& width : options.at("enc_hidden_sizes")) own.add_encoder(width.get<uint32_t>());
  for (const auto& width : options.at("dec_hidden_sizes")) own.add_decoder(width.get<uint32_t>());
  own.set_latent(options.at("n_z").get<uint32_t>());
  EXPECT_EQ(options.at("bin_size").get<double>(), 1.0 / 255);
  EXPECT_EQ(options.at("clip").get<double>(), 10);
  own.set_centred(FlagOf(variant.at("center_data").get<bool>()));
  own.set_per_dim_loss(FlagOf(variant.at("per_dim_loss").get<bool>()));
  return task;
}

void SetText(const GoldenOptions& options, auto& task) {
  const auto vocabulary = options.at("vocab_size").get<uint32_t>();
  task.set_vocabulary(vocabulary);
  task.mutable_text()->set_vocabulary(options.value("dataset_vocab_size", vocabulary));
  task.set_batch(options.at("batch_size").get<uint32_t>());
  task.set_length(options.at("sequence_length").get<uint32_t>());
}

v1::Task RnnLm(const GoldenOptions& options, v1::MetaLoss meta_loss) {
  v1::Task task;
  v1::RnnLm& own = *task.mutable_rnn_lm();
  SetText(options, own);
  own.set_embedding(options.at("embedding_dim").get<uint32_t>());
  own.set_hidden(options.at("hidden_size").get<uint32_t>());
  own.set_meta_loss(meta_loss);
  const std::string core = options.value("core", "LSTM");
  own.set_cell(core == "VanillaRNN" ? v1::RNN_CELL_VANILLA
               : core == "IRNN"     ? v1::RNN_CELL_IRNN
               : core == "GRU"      ? v1::RNN_CELL_GRU
                                    : v1::RNN_CELL_LSTM);
  return task;
}

v1::Task TransformerLm(const GoldenOptions& options, v1::MetaLoss meta_loss) {
  v1::Task task;
  v1::TransformerLm& own = *task.mutable_transformer_lm();
  SetText(options, own);
  own.set_width(options.at("d_model").get<uint32_t>());
  own.set_heads(options.at("num_heads").get<uint32_t>());
  own.set_key_size(options.at("key_size").get<uint32_t>());
  own.set_layers(options.at("num_layers").get<uint32_t>());
  own.set_dropout(options.at("dropout_rate").get<double>());
  own.set_meta_loss(meta_loss);
  return task;
}

// No kind: of another task.
v1::Task TaskOf(const GoldenOptions& options, const json& variant) {
  const std::string kind = options.at("task").get<std::string>();
  if (kind == "image_mlp_ae" || kind == "param_image_mlp_ae") return Autoencoder(options, variant);
  if (kind == "param_image_mlp_vae") return Vae(options, variant);
  if (kind == "rnn_lm") return RnnLm(options, v1::META_LOSS_FIXED);
  if (kind == "param_lm_rnn") return RnnLm(options, v1::META_LOSS_PARAMETRIC);
  if (kind == "transformer_lm") return TransformerLm(options, v1::META_LOSS_FIXED);
  if (kind == "param_lm_transformer") return TransformerLm(options, v1::META_LOSS_PARAMETRIC);
  return {};
}

HostArray ArrayOf(const Tensor& tensor) {
  if (tensor.dtype == DType::kI32) {
    return {.tokens = {tensor.i32().begin(), tensor.i32().end()}};
  }
  return {.floats = {tensor.f32().begin(), tensor.f32().end()}};
}

// Numbers as they are, masks as dropout's factors.
void AppendDraw(const Tensor& tensor, double keep, std::vector<float>& draws) {
  if (tensor.dtype == DType::kU8) {
    for (const uint8_t kept : tensor.u8()) {
      draws.push_back(kept ? static_cast<float>(1 / keep) : 0.0f);
    }
  } else {
    draws.insert(draws.end(), tensor.f32().begin(), tensor.f32().end());
  }
}

NetworkInputs InputsOf(const GoldenFile& file, const Network& network) {
  NetworkInputs inputs;
  const bool text = file.has("batch/obs");
  for (const char* name : text ? std::vector{"obs", "target"} : std::vector{"image"}) {
    inputs.arrays.push_back(ArrayOf(file.at(std::string("batch/") + name)));
  }
  const std::vector<std::string> noise = file.NamesUnder("noise/");
  EXPECT_EQ(noise.size(), network.draws.size());
  for (size_t i = 0; i < noise.size(); ++i) {
    AppendDraw(file.at("noise/" + noise[i]), network.draws[i].keep, inputs.draws);
  }
  inputs.episode.resize(static_cast<size_t>(network.episode_floats()));
  return inputs;
}

}  // namespace

std::vector<GoldenNetwork> GoldenNetworksOf(const GoldenFile& file) {
  const GoldenOptions options(file.config);
  const json variants = options.value("variants", json::array({json::object()}));
  const json names = options.value("variant_names", json::array({""}));
  std::vector<GoldenNetwork> networks;
  for (size_t i = 0; i < variants.size(); ++i) {
    const v1::Task task = TaskOf(options, variants[i]);
    if (task.kind_case() == v1::Task::KIND_NOT_SET) return {};
    const std::string name = names[i].get<std::string>();
    networks.push_back({name.empty() ? "" : "/" + name, task, InputsOf(file, *NetworkOf(task))});
  }
  EXPECT_EQ(options.Unread(), "") << file.name;
  return networks;
}

GoldenNetwork WithDrawnFlags(const GoldenNetwork& golden) {
  GoldenNetwork drawn = golden;
  std::vector<std::pair<std::string, v1::Flag>> flags;
  if (drawn.task.has_vae()) {
    v1::Vae& vae = *drawn.task.mutable_vae();
    flags = {{"centred", vae.centred()}, {"per-dimension loss", vae.per_dim_loss()}};
    vae.set_centred(v1::FLAG_ANY);
    vae.set_per_dim_loss(v1::FLAG_ANY);
  } else {
    v1::Autoencoder& own = *drawn.task.mutable_autoencoder();
    flags = {{"centred", own.centred()},
             {"constrained", own.constrained()},
             {"log loss", own.log_loss()}};
    own.set_centred(v1::FLAG_ANY);
    own.set_constrained(v1::FLAG_ANY);
    own.set_log_loss(v1::FLAG_ANY);
  }
  const Network network = *NetworkOf(drawn.task);
  EXPECT_EQ(network.choices.size(), flags.size());
  drawn.inputs.episode.clear();
  for (const NetworkChoice& choice : network.choices) {
    const auto flag = std::ranges::find(flags, choice.name, [](const auto& f) { return f.first; });
    EXPECT_NE(flag, flags.end()) << choice.name;
    drawn.inputs.episode.push_back(flag->second == v1::FLAG_TRUE ? 1.0f : 0.0f);
  }
  return drawn;
}

}  // namespace paceline::testing
