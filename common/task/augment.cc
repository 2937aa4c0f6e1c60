#include "common/task/augment.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "common/lane/portable_math.h"
#include "common/task/families.h"
#include "common/task/parts.h"
#include "common/task/task_draws.h"
#include "common/task/task_fault.h"
#include "paceline/v1/options.pb.h"

namespace paceline {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::vector<const FieldDescriptor*> FieldsOf(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  return fields;
}

const Message& PartOf(const Message& message, const FieldDescriptor& field) {
  return message.GetReflection()->GetMessage(message, &field);
}

// The list becomes [number, number].
template <class List, class Number>
void Fix(List* list, Number number) {
  list->Clear();
  list->Add(number);
  list->Add(number);
}

// ---- one augmentation's numbers ----

void Draw(TaskDraws& draws, v1::InputScale& own) {
  Fix(own.mutable_factor(), draws.LogUniform(RangeOf(own, "factor")));
}
void Draw(TaskDraws& draws, v1::LabelNoise& own) {
  Fix(own.mutable_part(), draws.Uniform(RangeOf(own, "part")));
}
void Draw(TaskDraws& draws, v1::ReducedBatch& own) {
  Fix(own.mutable_part(), draws.LogUniform(RangeOf(own, "part")));
}
void Draw(TaskDraws& draws, v1::InitialScale& own) {
  Fix(own.mutable_factor(), draws.LogUniform(RangeOf(own, "factor")));
}

double WeightOf(bool there, const v1::Scales& scales) { return there ? scales.weight() : 0; }

void Draw(TaskDraws& draws, v1::Reparametrize& own) {
  const double whole = WeightOf(own.has_whole(), own.whole());
  const double tensor = WeightOf(own.has_tensor(), own.tensor());
  const double element = WeightOf(own.has_element(), own.element());
  const double at = draws.Uniform() * (whole + tensor + element);
  const bool takes_whole = at < whole, takes_tensor = !takes_whole && at < whole + tensor;
  if (!takes_whole) own.clear_whole();
  if (!takes_tensor) own.clear_tensor();
  if (takes_whole || takes_tensor) own.clear_element();
  if (takes_whole) {
    Fix(own.mutable_whole()->mutable_scale(), draws.LogUniform(RangeOf(own.whole(), "scale")));
  }
}

void Draw(TaskDraws&, v1::Storage&) {}
void Draw(TaskDraws& draws, v1::EsGradient& own) {
  Fix(own.mutable_sigma(), draws.LogUniform(RangeOf(own, "sigma")));
  Fix(own.mutable_pairs(), draws.LogInt(RangeOf(own, "pairs")));
}
void Draw(TaskDraws& draws, v1::DelayedGradient& own) {
  Fix(own.mutable_steps(), draws.Int(RangeOf(own, "steps")));
}
void Draw(TaskDraws& draws, v1::SubsampledDirections& own) {
  Fix(own.mutable_directions(), draws.LogInt(RangeOf(own, "directions")));
  own.set_sign(draws.Uniform() < own.sign() ? 1 : 0);
}
void Draw(TaskDraws&, v1::NormalizedGradient&) {}
void Draw(TaskDraws& draws, v1::GradientNoise& own) {
  Fix(own.mutable_scale(), draws.LogUniform(RangeOf(own, "scale")));
}
void Draw(TaskDraws& draws, v1::LossScale& own) {
  Fix(own.mutable_factor(), draws.LogUniform(RangeOf(own, "factor")));
}

void DrawNumbers(int number, TaskDraws& draws, v1::Augmentations& all) {
  using All = v1::Augmentations;
  switch (number) {
    case All::kInputScaleFieldNumber:
      return Draw(draws, *all.mutable_input_scale());
    case All::kLabelNoiseFieldNumber:
      return Draw(draws, *all.mutable_label_noise());
    case All::kReducedBatchFieldNumber:
      return Draw(draws, *all.mutable_reduced_batch());
    case All::kInitialScaleFieldNumber:
      return Draw(draws, *all.mutable_initial_scale());
    case All::kReparametrizeFieldNumber:
      return Draw(draws, *all.mutable_reparametrize());
    case All::kStorageFieldNumber:
      return Draw(draws, *all.mutable_storage());
    case All::kEsGradientFieldNumber:
      return Draw(draws, *all.mutable_es_gradient());
    case All::kDelayedGradientFieldNumber:
      return Draw(draws, *all.mutable_delayed_gradient());
    case All::kSubsampledDirectionsFieldNumber:
      return Draw(draws, *all.mutable_subsampled_directions());
    case All::kNormalizedGradientFieldNumber:
      return Draw(draws, *all.mutable_normalized_gradient());
    case All::kGradientNoiseFieldNumber:
      return Draw(draws, *all.mutable_gradient_noise());
    case All::kLossScaleFieldNumber:
      return Draw(draws, *all.mutable_loss_scale());
  }
}

const FieldDescriptor& ProbabilityField(const FieldDescriptor& augmentation) {
  return *augmentation.message_type()->FindFieldByName("probability");
}

double ProbabilityOf(const Message& all, const FieldDescriptor& augmentation) {
  const Message& own = PartOf(all, augmentation);
  return own.GetReflection()->GetDouble(own, &ProbabilityField(augmentation));
}

// ---- facts ----

// Of a direction and a parameter: two products with the gradient's and its own, a sum, and what its
// normal number takes.
constexpr double kDirectionFlops = 30;

// Of ⌊log-uniform⌋, nearly.
double MeanOf(const Range& range) {
  if (!(range.last > range.first)) return range.first;
  return (range.last - range.first) / (PortableLog(range.last) - PortableLog(range.first));
}

bool IsFixed(const Range& range) { return range.first == range.last; }

// The field `batch` of the task's own message; null without one.
const FieldDescriptor* BatchField(const v1::Task& task) {
  const FieldDescriptor* kind = KindField(task);
  return kind == nullptr ? nullptr : kind->message_type()->FindFieldByName("batch");
}

int64_t ReducedBatchOf(const v1::Task& task, const FieldDescriptor& field) {
  const Message& own = PartOf(task, *KindField(task));
  const auto batch = static_cast<double>(own.GetReflection()->GetUInt32(own, &field));
  const double least = std::max(1.0, field.options().GetExtension(v1::rule).min());
  const double part = RangeOf(task.augment().reduced_batch(), "part").first;
  return static_cast<int64_t>(std::min(batch, std::max(least, std::floor(part * batch))));
}

// Arithmetic and memory beside the task's own.
void AddCosts(const v1::Augmentations& own, TaskFacts& facts) {
  const size_t parameters = facts.parameter_count();
  if (own.has_reparametrize()) facts.scratch_floats += 2 * parameters;
  if (own.has_delayed_gradient()) {
    const auto longest = RangeOf(own.delayed_gradient(), "steps").last;
    facts.history_floats = static_cast<uint64_t>(longest) * parameters;
  }
  if (own.has_es_gradient()) {
    const v1::EsGradient& es = own.es_gradient();
    facts.flops *= 1 + es.probability() * 2 * MeanOf(RangeOf(es, "pairs"));
    facts.scratch_floats += 3 * parameters;
  }
  if (own.has_subsampled_directions()) {
    const v1::SubsampledDirections& directions = own.subsampled_directions();
    facts.flops += directions.probability() * MeanOf(RangeOf(directions, "directions")) *
                   kDirectionFlops * static_cast<double>(parameters);
    facts.scratch_floats += 2 * parameters;
  }
}

// ---- words ----

std::string NumbersText(const Message& message, const FieldDescriptor& field) {
  const Range range = RangeOf(message, field.name());
  return IsFixed(range) ? fmt::format("{:g}", range.first)
                        : fmt::format("{:g} to {:g}", range.first, range.last);
}

bool HasSeveralLists(const Message& message) {
  int lists = 0;
  for (const FieldDescriptor* field : FieldsOf(message)) lists += field->is_repeated();
  return lists > 1;
}

// "" for what is not worth a word.
std::string FieldText(const Message& message, const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  if (field.is_repeated()) {
    const std::string numbers = NumbersText(message, field);
    return HasSeveralLists(message) ? field.name() + " " + numbers : numbers;
  }
  if (field.message_type() != nullptr) {
    return fmt::format(
        "{} {}", field.name(),
        NumbersText(PartOf(message, field), *field.message_type()->FindFieldByName("scale")));
  }
  if (field.enum_type() != nullptr) {
    const std::string& first = field.enum_type()->FindValueByNumber(0)->name();
    const std::string prefix = first.substr(0, first.size() - std::string("UNSPECIFIED").size());
    const std::string word = EnumWord(reflection.GetEnum(message, &field)->name(), prefix);
    return field.name() == "of" ? "of " + word : word;
  }
  return field.name() == "sign" && reflection.GetDouble(message, &field) == 1 ? "signs" : "";
}

// "reparametrize element 0.1 to 10 (in 20 %)"
std::string AugmentationText(const FieldDescriptor& augmentation, const Message& all) {
  const Message& own = PartOf(all, augmentation);
  std::vector<std::string> words = {augmentation.name()};
  for (const FieldDescriptor* field : FieldsOf(own)) {
    if (std::string text = FieldText(own, *field); !text.empty()) words.push_back(text);
  }
  const double probability = ProbabilityOf(all, augmentation);
  if (probability < 1) words.push_back(fmt::format("(in {:g} %)", 100 * probability));
  return fmt::format("{}", fmt::join(words, " "));
}

// ---- faults ----

void AddRangeFaults(const std::string& path, const Message& message,
                    std::vector<TaskFault>& faults) {
  for (const FieldDescriptor* field : FieldsOf(message)) {
    const std::string here = path + "." + field->name();
    if (field->message_type() != nullptr) {
      AddRangeFaults(here, PartOf(message, *field), faults);
    } else if (field->is_repeated()) {
      const std::string what = RangeFault(RangeOf(message, field->name()));
      if (!what.empty()) faults.push_back({here, what});
    }
  }
}

bool AllFixed(const Message& message) {
  return std::ranges::all_of(FieldsOf(message), [&](const FieldDescriptor* field) {
    return !field->is_repeated() || IsFixed(RangeOf(message, field->name()));
  });
}

// "an image_mlp" → "an augmented image_mlp"
std::string Augmented(const std::string& article_and_name) {
  return "an augmented" + article_and_name.substr(article_and_name.find(' '));
}

}  // namespace

v1::Task TrainedTask(const v1::JobConfig& config, int index) {
  v1::Task task = config.tasks(index);
  if (config.has_augment() && !task.has_augment()) *task.mutable_augment() = config.augment();
  return task;
}

v1::Task BareTask(const v1::Task& task) {
  v1::Task bare = task;
  bare.clear_augment();
  return bare;
}

bool IsDrawnAnew(const v1::Task& task) { return task.has_sample() || task.has_augment(); }

v1::Augmentations DrawAugmentations(const v1::Augmentations& ranges, uint64_t key, uint32_t block,
                                    uint32_t episode) {
  v1::Augmentations all = ranges;
  const auto& reflection = *all.GetReflection();
  for (const FieldDescriptor* field : FieldsOf(ranges)) {
    // Of each a stream of its own, so that none depends on another's settings.
    TaskDraws draws({.key = key,
                     .purpose = Purpose::kAugment,
                     .particle = block,
                     .episode = episode,
                     .step = static_cast<uint32_t>(field->number())});
    if (draws.Uniform() < ProbabilityOf(ranges, *field)) {
      Message& own = *reflection.MutableMessage(&all, field);
      own.GetReflection()->SetDouble(&own, &ProbabilityField(*field), 1);
      DrawNumbers(field->number(), draws, all);
    } else {
      reflection.ClearField(&all, field);
    }
  }
  return all;
}

bool IsDrawn(const v1::Augmentations& augmentations) {
  for (const FieldDescriptor* field : FieldsOf(augmentations)) {
    if (ProbabilityOf(augmentations, *field) != 1) return false;
    if (!AllFixed(PartOf(augmentations, *field))) return false;
  }
  const double sign = augmentations.subsampled_directions().sign();
  const v1::Reparametrize& scales = augmentations.reparametrize();
  const int kinds = scales.has_whole() + scales.has_tensor() + scales.has_element();
  return (sign == 0 || sign == 1) && kinds <= 1 && AllFixed(scales.whole());
}

v1::Task BaseTaskOf(const v1::Task& task) {
  v1::Task base = BareTask(task);
  const FieldDescriptor* batch = BatchField(task);
  const v1::ReducedBatch& reduced = task.augment().reduced_batch();
  if (!task.augment().has_reduced_batch() || batch == nullptr) return base;
  // Before it is drawn, nobody knows.
  return IsFixed(RangeOf(reduced, "part")) ? WithBatch(base, ReducedBatchOf(task, *batch)) : base;
}

std::vector<TaskFault> AugmentationFaults(const v1::Task& task) {
  if (!task.has_augment()) return {};
  if (FactsOf(BareTask(task)).is_system()) {
    return {{"augment", fmt::format("is for tasks that an optimizer trains, and {} is a dynamical "
                                    "system; leave it out",
                                    KindOf(task))}};
  }
  std::vector<TaskFault> faults;
  AddRangeFaults("augment", task.augment(), faults);
  const v1::Reparametrize& scales = task.augment().reparametrize();
  if (task.augment().has_reparametrize() && !scales.has_whole() && !scales.has_tensor() &&
      !scales.has_element()) {
    faults.push_back({"augment.reparametrize",
                      "has none of whole, tensor and element; write one or more of them, such as "
                      "tensor: {}"});
  }
  return faults;
}

std::string TextOf(const v1::Augmentations& augmentations) {
  std::vector<std::string> texts;
  for (const FieldDescriptor* field : FieldsOf(augmentations)) {
    texts.push_back(AugmentationText(*field, augmentations));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

TaskFacts AugmentedFacts(const v1::Task& task) {
  TaskFacts facts = FactsOf(BaseTaskOf(task));
  const v1::Augmentations& own = task.augment();
  if (facts.tiers.empty() || facts.is_system()) return facts;
  // Whether something is drawn or nothing, one tier runs the task's episodes; what only LibTorch
  // runs stays there.
  if (facts.tiers.contains(v1::ENGINE_FUSED)) {
    facts.tiers = {v1::ENGINE_REFERENCE, v1::ENGINE_FUSED};
    facts.own_tier = v1::ENGINE_FUSED;
  }
  facts.shorthand.clear();
  facts.shorthand_fields.clear();
  if (FieldsOf(own).empty()) return facts;
  facts.is_augmented = true;
  facts.has_curvature = false;
  facts.article_and_name = Augmented(facts.article_and_name);
  facts.text += fmt::format("; {}", TextOf(own));
  AddCosts(own, facts);
  return facts;
}

}  // namespace paceline
