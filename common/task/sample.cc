#include "common/task/sample.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "common/network/cost.h"
#include "common/task/augment.h"
#include "common/task/data_use.h"
#include "common/task/families.h"
#include "common/task/parts.h"
#include "common/task/sampled_families.h"
#include "common/task/synthetic_text.h"
#include "common/task/task_draws.h"
#include "paceline/v1/options.pb.h"

namespace paceline {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr uint32_t kTries = 512;
constexpr double kDefaultGflops = 20;

// What a draw is judged by, of hundreds: nothing of FactsOf but what CostOf asks.
TaskFacts FactsOfDraw(const v1::Task& task) {
  std::optional<Network> network = NetworkOf(task);
  if (!network) return FactsOf(task);
  const NetworkCost cost = CostOf(*network);
  TaskFacts facts;
  facts.tensors = std::move(network->tensors);
  facts.batch_floats = cost.input_floats;
  facts.value_floats = cost.value_floats;
  facts.flops = cost.flops;
  return facts;
}

// How much of the tighter limit the task takes; 0: there is none.
double PartOf(const v1::Budget& budget, const v1::Task& task) {
  if (!(budget.seconds_per_step() > 0) && !(budget.bytes() > 0)) return 0;
  const TaskCost cost = CostOf(FactsOfDraw(task), budget);
  double part = 0;
  if (budget.seconds_per_step() > 0) part = cost.seconds_per_step / budget.seconds_per_step();
  if (budget.bytes() > 0) part = std::max(part, cost.bytes / budget.bytes());
  return part;
}

const FieldDescriptor* FamilyOf(const v1::Sample& sample) {
  const auto& families = *v1::Sample::descriptor()->FindOneofByName("family");
  return sample.GetReflection()->GetOneofFieldDescriptor(sample, &families);
}

// As configs name it.
std::string WordOf(const google::protobuf::EnumDescriptor& type, int number) {
  const std::string& none = type.FindValueByNumber(0)->name();
  const auto* value = type.FindValueByNumber(number);
  return value == nullptr ? "" : EnumWord(value->name(), none.substr(0, none.rfind("UNSPECIFIED")));
}

std::string ListText(const Message& message, const FieldDescriptor& field) {
  std::vector<std::string> words;
  for (const double number : NumbersOf(message, field.name())) {
    words.push_back(field.enum_type() == nullptr
                        ? fmt::format("{:g}", number)
                        : WordOf(*field.enum_type(), static_cast<int>(number)));
  }
  return fmt::format("{} [{}]", field.name(), fmt::join(words, ", "));
}

// Of a family of language models; none without one.
std::optional<v1::Text> TextOfFamily(const v1::Sample& sample) {
  if (sample.has_rnn_lm()) return sample.rnn_lm().text();
  if (sample.has_transformer_lm()) return sample.transformer_lm().text();
  return std::nullopt;
}

bool IsSynthetic(const std::optional<v1::Text>& text) { return text && text->has_synthetic(); }

// "datasets [mnist], width [8, 128]": every list of the family that is used.
std::string RangesText(const v1::Sample& sample, const Message& family) {
  std::vector<std::string> lists;
  const std::optional<v1::Text> text = TextOfFamily(sample);
  if (IsSynthetic(text)) lists.push_back(SyntheticWords(text->synthetic()));
  const auto& type = *family.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    if (IsSynthetic(text) && type.field(i)->name() == "vocabulary") continue;
    if (type.field(i)->is_repeated()) lists.push_back(ListText(family, *type.field(i)));
  }
  return fmt::format("{}", fmt::join(lists, ", "));
}

std::string ListFault(const FieldDescriptor& field, const std::vector<double>& numbers) {
  if (IsRange(field)) {
    const std::string fault = RangeFault({numbers.front(), numbers.back()});
    if (!fault.empty()) return fault;
  }
  const bool datasets = field.enum_type() == v1::Dataset_descriptor();
  if (datasets && std::ranges::count(numbers, v1::DATASET_FOLDER) > 0) {
    return "names folder, whose images a sample cannot describe; write data sets of known images";
  }
  if (datasets && std::ranges::count(numbers, v1::DATASET_OWN) > 0) {
    return "names own, whose images a sample cannot describe; write data sets of known images";
  }
  return "";
}

// Of a synthetic text, for which the shortest sequences must have room.
TaskFault TextFault(const v1::SyntheticText& text, const Message& family) {
  TaskFault fault = SyntheticFault(text, ShortestLength(text));
  const Range length = RangeOf(family, "length");
  const auto least = static_cast<double>(ShortestLength(text));
  if (!fault.field.empty() || length.first >= least) return fault;
  return {"length",
          fmt::format("is [{0:g}, {1:g}], whose shortest sequences have no room for {2}; write "
                      "[{3:g}, {4:g}]",
                      length.first, length.last, SyntheticWords(text), least,
                      std::max(least, length.last))};
}

// Of what has no form in LibTorch operations, or no other.
std::set<v1::Engine> TiersOf(const v1::Sample& sample) {
  if (sample.has_optimizer_training()) return {v1::ENGINE_REFERENCE, v1::ENGINE_TORCH};
  if (sample.has_policy_gradient()) return {v1::ENGINE_REFERENCE, v1::ENGINE_FUSED};
  return {v1::ENGINE_REFERENCE, v1::ENGINE_TORCH, v1::ENGINE_FUSED};
}

bool HasClasses(const v1::Sample& sample) {
  return sample.has_image_mlp() || sample.has_conv_net() || sample.has_resnet() ||
         sample.has_vit() || sample.has_graph_net();
}

v1::Task DrawSample(const v1::Task& task, uint64_t key, uint32_t block, uint32_t episode) {
  const v1::Budget& budget = task.sample().budget();
  v1::Task smallest;
  double least = 0;
  for (uint32_t number = 0; number < kTries; ++number) {
    const Stream stream = {.key = key,
                           .purpose = Purpose::kTaskSample,
                           .particle = block,
                           .episode = episode,
                           .step = number};
    v1::Task drawn = DrawFamily(task.sample(), TaskDraws(stream));
    const double part = PartOf(budget, drawn);
    if (number == 0 || part < least) {
      least = part;
      smallest = std::move(drawn);
    }
    if (least <= 1) break;
  }
  smallest.set_weight(task.weight());
  return smallest;
}

}  // namespace

TaskCost CostOf(const TaskFacts& facts, const v1::Budget& budget) {
  const double gflops = budget.gflops() > 0 ? budget.gflops() : kDefaultGflops;
  const uint64_t floats = facts.parameter_count() + facts.value_floats + facts.batch_floats;
  return {.seconds_per_step = facts.flops / (gflops * 1e9) + facts.calls * kSecondsPerCall,
          .bytes = 2.0 * sizeof(float) * static_cast<double>(floats)};
}

v1::Task DrawTask(const v1::Task& task, uint64_t key, uint32_t block, uint32_t episode) {
  v1::Task drawn = task.has_sample() ? DrawSample(task, key, block, episode) : task;
  if (!task.has_augment()) return drawn;
  *drawn.mutable_augment() = DrawAugmentations(task.augment(), key, block, episode);
  return drawn;
}

TaskFault SampleFault(const v1::Sample& sample) {
  const FieldDescriptor* family = FamilyOf(sample);
  if (family == nullptr) return {};
  const Message& own = sample.GetReflection()->GetMessage(sample, family);
  for (int i = 0; i < family->message_type()->field_count(); ++i) {
    const FieldDescriptor& field = *family->message_type()->field(i);
    if (!field.is_repeated()) continue;
    const std::string what = ListFault(field, NumbersOf(own, field.name()));
    if (!what.empty()) return {family->name() + "." + field.name(), what};
  }
  const std::optional<v1::Text> text = TextOfFamily(sample);
  if (!IsSynthetic(text)) return {};
  TaskFault fault = TextFault(text->synthetic(), own);
  if (!fault.field.empty()) fault.field = family->name() + "." + fault.field;
  return fault;
}

std::vector<DataUse> DataOf(const v1::Task& task) {
  if (!task.has_sample()) {
    const std::optional<DataUse> use = FactsOf(task).data;
    return use ? std::vector<DataUse>{*use} : std::vector<DataUse>();
  }
  const FieldDescriptor* field = FamilyOf(task.sample());
  if (field == nullptr) return {};
  const Message& family = task.sample().GetReflection()->GetMessage(task.sample(), field);
  std::vector<DataUse> uses;
  const std::optional<v1::Text> text = TextOfFamily(task.sample());
  if (text && !text->has_synthetic()) uses.push_back(*text);
  if (family.GetDescriptor()->FindFieldByName("datasets") == nullptr) return uses;
  for (const double dataset : NumbersOf(family, "datasets")) {
    uses.push_back(ImageUse{.dataset = static_cast<v1::Dataset>(dataset),
                            .size = static_cast<uint32_t>(RangeOf(family, "size").first)});
  }
  return uses;
}

TaskFacts SampleFacts(const v1::Sample& sample) {
  const FieldDescriptor* family = FamilyOf(sample);
  TaskFacts facts;
  facts.is_sample = true;
  facts.article_and_name =
      family == nullptr ? "a sample" : fmt::format("a sample of {} tasks", family->name());
  facts.tiers = TiersOf(sample);
  facts.own_tier = facts.tiers.contains(v1::ENGINE_TORCH) ? v1::ENGINE_TORCH : v1::ENGINE_FUSED;
  facts.has_classes = HasClasses(sample);
  if (family == nullptr) return facts;
  facts.text = family->name() + "s of " +
               RangesText(sample, sample.GetReflection()->GetMessage(sample, family));
  return facts;
}

}  // namespace paceline
