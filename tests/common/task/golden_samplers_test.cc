// Draws of every family against 20,000 of google/learned_optimization's own samplers: counts by
// Pearson's χ², other numbers by their quantiles.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "common/task/parts.h"
#include "common/task/sample.h"
#include "tests/testing/golden.h"

namespace paceline {
namespace {

using nlohmann::json;

constexpr uint64_t kKey = 2;
constexpr uint32_t kDraws = 20000;
constexpr double kSmallestP = 1e-4;
constexpr double kMostWidth = 65536;  // of a transformer_lm in task.proto; the library has no bound

// A field of one draw as samplers.json has it: a number, or the word that it counts.
using Fields = std::map<std::string, json>;

void AddList(const std::string& name, const auto& list, Fields& fields) {
  fields[name + "/len"] = std::to_string(list.size());
  if (list.empty()) return;
  const bool equal = std::ranges::all_of(list, [&](auto value) { return value == list[0]; });
  fields[name + "/all_equal"] = equal ? "True" : "False";
  fields[name + "/first"] = list[0];
}

void AddImages(const auto& task, Fields& fields) {
  fields["datasets/image_size/first"] = task.size();
  fields["datasets/batch_size"] = task.batch();
  fields["datasets/obj"] = EnumWord(v1::Dataset_Name(task.dataset()), "DATASET_") + "_datasets";
}

std::string ListWord(const auto& list) {
  return fmt::format("[{}]", fmt::join(list.begin(), list.end(), ", "));
}

Fields Of(const v1::ImageMlp& task) {
  Fields fields;
  AddImages(task, fields);
  AddList("hidden_layers", task.hidden(), fields);
  return fields;
}

Fields Of(const v1::ConvNet& task) {
  Fields fields;
  AddImages(task, fields);
  AddList("hidden_sizes", task.channels(), fields);
  AddList("strides", task.strides(), fields);
  fields["strides/list"] = ListWord(task.strides());
  return fields;
}

Fields Of(const v1::Autoencoder& task) {
  Fields fields;
  AddImages(task, fields);
  AddList("hidden_sizes", task.hidden(), fields);
  return fields;
}

Fields Of(const v1::Vae& task) {
  Fields fields;
  AddImages(task, fields);
  AddList("enc_hidden_sizes", task.encoder(), fields);
  AddList("dec_hidden_sizes", task.decoder(), fields);
  fields["n_z"] = task.latent();
  return fields;
}

Fields Of(const v1::Resnet& task) {
  Fields fields;
  AddImages(task, fields);
  AddList("blocks_per_group", task.blocks(), fields);
  AddList("channels_per_group", task.channels(), fields);
  fields["blocks_per_group/last"] = task.blocks(3);
  fields["blocks_per_group/max"] = *std::ranges::max_element(task.blocks());
  std::vector<uint32_t> pattern;
  for (const uint32_t channels : task.channels()) pattern.push_back(channels / task.channels(0));
  fields["channels_per_group/pattern"] = ListWord(pattern);
  fields["initial_conv_channels"] = task.stem_channels();
  fields["initial_conv_kernel_size"] = task.stem_kernel();
  fields["initial_conv_stride"] = task.stem_stride();
  fields["max_pool"] = task.max_pool() ? "True" : "False";
  return fields;
}

void AddText(const auto& task, Fields& fields) {
  fields["datasets/batch_size"] = task.batch();
  fields["datasets/sequence_length"] = task.length();
  fields["vocab_size"] = task.vocabulary();
}

Fields Of(const v1::RnnLm& task) {
  Fields fields;
  AddText(task, fields);
  fields["embed_size"] = task.embedding();
  fields["rnn_size"] = task.hidden();
  fields["rnn_core_fn/obj"] = task.cell() == v1::RNN_CELL_VANILLA ? "vanilla_rnn_fn"
                              : task.cell() == v1::RNN_CELL_GRU   ? "gru_fn"
                                                                  : "lstm_fn";
  return fields;
}

Fields Of(const v1::TransformerLm& task) {
  Fields fields;
  AddText(task, fields);
  fields["d_model"] = task.width();
  fields["num_heads"] = task.heads();
  fields["num_layers"] = task.layers();
  return fields;
}

Fields Of(const v1::Vit& task) {
  Fields fields;
  AddImages(task, fields);
  fields["attension_dropout"] = task.attention_dropout();
  fields["dropout"] = task.dropout();
  fields["hidden_size"] = task.width();
  fields["layers"] = task.layers();
  fields["mlp_dim"] = task.mlp();
  fields["num_heads"] = task.heads();
  fields["patch_size"] = task.patch();
  return fields;
}

struct Family {
  std::string name;  // in samplers.json
  std::function<void(v1::Sample&)> set;
  std::function<Fields(const v1::Task&)> fields;
  bool images = true;
};

#define PACELINE_FAMILY(name, field)                    \
  {                                                     \
    name, [](v1::Sample& s) { s.mutable_##field(); },   \
        [](const v1::Task& t) { return Of(t.field()); } \
  }

const std::vector<Family> kFamilies = {
    PACELINE_FAMILY("image_mlp", image_mlp),           PACELINE_FAMILY("image_conv", conv_net),
    PACELINE_FAMILY("image_mlp_ae", autoencoder),      PACELINE_FAMILY("image_mlp_vae", vae),
    PACELINE_FAMILY("image_resnet", resnet),           PACELINE_FAMILY("lm_rnn", rnn_lm),
    PACELINE_FAMILY("lm_transformer", transformer_lm), PACELINE_FAMILY("vit", vit)};

#undef PACELINE_FAMILY

// The library's five data sets, where a family has any.
v1::Task SampleOf(const Family& family) {
  v1::Task task;
  v1::Sample& sample = *task.mutable_sample();
  family.set(sample);
  const auto& families = *v1::Sample::descriptor()->FindOneofByName("family");
  const auto* field = sample.GetReflection()->GetOneofFieldDescriptor(sample, &families);
  google::protobuf::Message& own = *sample.GetReflection()->MutableMessage(&sample, field);
  const auto* datasets = own.GetDescriptor()->FindFieldByName("datasets");
  for (const v1::Dataset dataset :
       {v1::DATASET_MNIST, v1::DATASET_FASHION_MNIST, v1::DATASET_CIFAR10, v1::DATASET_CIFAR100,
        v1::DATASET_IMAGENET16}) {
    if (datasets != nullptr) own.GetReflection()->AddEnumValue(&own, datasets, dataset);
  }
  return task;
}

// Fields of the library that a task here does not have, or that follow from another.
bool IsElsewhere(const std::string& family, const std::string& field) {
  static const std::set<std::string> kElsewhere = {"obj",
                                                   "num_classes",
                                                   "datasets/image_size/all_equal",
                                                   "datasets/image_size/len",
                                                   "kernel_sizes/all_equal",
                                                   "kernel_sizes/first",
                                                   "kernel_sizes/len"};
  const bool text = family.starts_with("lm_") && field == "datasets/obj";
  return text || kElsewhere.contains(field);
}

// P(χ² ≥ x) by Wilson and Hilferty.
double SurvivalOfChiSquare(double x, int freedom) {
  const double third = 2.0 / (9 * freedom);
  const double z = (std::cbrt(x / freedom) - (1 - third)) / std::sqrt(third);
  return 0.5 * std::erfc(z / std::sqrt(2));
}

// Of two samples; bins with few in both are one.
double ProbabilityOf(const std::map<std::string, std::pair<double, double>>& bins) {
  std::pair<double, double> totals = {0, 0}, rest = {0, 0};
  std::vector<std::pair<double, double>> large;
  for (const auto& [name, bin] : bins) {
    totals = {totals.first + bin.first, totals.second + bin.second};
    if (bin.first + bin.second >= 20) {
      large.push_back(bin);
    } else {
      rest = {rest.first + bin.first, rest.second + bin.second};
    }
  }
  if (rest.first + rest.second > 0) large.push_back(rest);
  double chi_square = 0;
  const double a = std::sqrt(totals.second / totals.first), b = 1 / a;
  for (const auto& [ours, theirs] : large) {
    chi_square += std::pow(a * ours - b * theirs, 2) / (ours + theirs);
  }
  const int freedom = static_cast<int>(large.size()) - 1;
  return freedom == 0 ? 1 : SurvivalOfChiSquare(chi_square, freedom);
}

std::string Word(const json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

void CheckCounts(const std::vector<Fields>& draws, const std::string& field, const json& theirs) {
  std::map<std::string, std::pair<double, double>> bins;
  for (const auto& [word, count] : theirs.items()) bins[word].second = count.get<double>();
  for (const Fields& draw : draws) {
    if (const auto found = draw.find(field); found != draw.end()) ++bins[Word(found->second)].first;
  }
  EXPECT_GE(ProbabilityOf(bins), kSmallestP);
}

void CheckQuantiles(const std::vector<Fields>& draws, const std::string& field,
                    const json& theirs) {
  std::vector<double> ours;
  for (const Fields& draw : draws) {
    if (const auto found = draw.find(field); found != draw.end()) {
      ours.push_back(found->second.get<double>());
    }
  }
  ASSERT_GT(ours.size(), kDraws / 2);
  std::ranges::sort(ours);
  const auto count = static_cast<double>(ours.size());
  for (const auto& [name, value] : theirs.items()) {
    const double q = std::stod(name);
    const double v =
        field == "d_model" ? std::min(kMostWidth, value.get<double>()) : value.get<double>();
    const double tolerance = std::max(4 * std::sqrt(q * (1 - q) / count), 5 / count);
    const auto below = static_cast<double>(std::ranges::lower_bound(ours, v) - ours.begin());
    const auto up_to = static_cast<double>(std::ranges::upper_bound(ours, v) - ours.begin());
    EXPECT_LE(below / count, q + tolerance) << "quantile " << name << " is " << v;
    EXPECT_GE(up_to / count, q - tolerance) << "quantile " << name << " is " << v;
  }
}

std::vector<Fields> Draw(const Family& family) {
  const v1::Task sample = SampleOf(family);
  std::vector<Fields> draws;
  for (uint32_t episode = 0; episode < kDraws; ++episode) {
    draws.push_back(family.fields(DrawTask(sample, kKey, 0, episode)));
  }
  return draws;
}

TEST(GoldenSamplers, EveryFieldIsDistributedAsTheLibrarys) {
  PACELINE_SKIP_WITHOUT_GOLDEN();
  std::ifstream stream(testing::GoldenFolder() + "/samplers.json");
  if (!stream) GTEST_SKIP() << "*** NOT CHECKED: no samplers.json ***";
  const json all = json::parse(stream).at("families");
  for (const Family& family : kFamilies) {
    const std::vector<Fields> draws = Draw(family);
    int checked = 0;
    for (const auto& [field, theirs] : all.at(family.name).at("fields").items()) {
      if (IsElsewhere(family.name, field)) continue;
      SCOPED_TRACE(family.name + " " + field);
      const auto has = [&, name = field](const Fields& draw) { return draw.contains(name); };
      EXPECT_NEAR(static_cast<double>(std::ranges::count_if(draws, has)),
                  theirs.at("present").get<double>(), 400);
      if (theirs.contains("counts")) {
        CheckCounts(draws, field, theirs.at("counts"));
      } else {
        CheckQuantiles(draws, field, theirs.at("quantiles"));
      }
      ++checked;
    }
    fmt::print("  {}: {} fields\n", family.name, checked);
  }
}

}  // namespace
}  // namespace paceline
