#include "tests/testing/golden_baseline.h"

#include <fmt/format.h>

#include <map>
#include <vector>

#include "common/baseline/common_knobs.h"
#include "common/baseline/setting.h"

namespace paceline::testing {
namespace {

using nlohmann::json;

// An argument of the library's constructor, the hyperparameter that it is here, and its default
// there.
struct Argument {
  const char* name;
  const char* knob;
  double otherwise;
};

struct Translation {
  const char* rule;
  std::vector<Argument> arguments;
};

const Argument kRate = {"learning_rate", "learning_rate", 0.01};
const std::vector<Argument> kAdam = {kRate,
                                     {"beta1", "beta1", 0.9},
                                     {"beta2", "beta2", 0.999},
                                     {"epsilon", "epsilon", 1e-8},
                                     {"epsilon_root", "epsilon_root", 1e-8}};

// Adam's arguments as optax calls them.
std::vector<Argument> OptaxAdam(double epsilon, double epsilon_root,
                                std::vector<Argument> further = {}) {
  std::vector<Argument> arguments = {kRate,
                                     {"b1", "beta1", 0.9},
                                     {"b2", "beta2", 0.999},
                                     {"eps", "epsilon", epsilon},
                                     {"eps_root", "epsilon_root", epsilon_root}};
  arguments.insert(arguments.end(), further.begin(), further.end());
  return arguments;
}

std::vector<Argument> And(std::vector<Argument> arguments, const Argument& further) {
  arguments.push_back(further);
  return arguments;
}

const std::map<std::string, Translation>& Translations() {
  static const auto& translations = *new std::map<std::string, Translation>{
      {"SGD", {"sgd", {kRate}}},
      {"SGDM", {"momentum", {kRate, {"momentum", "momentum", 0.9}, {"nesterov", "nesterov", 0}}}},
      {"RMSProp",
       {"rmsprop",
        {kRate,
         {"decay", "beta2", 0.9},
         {"epsilon", "epsilon", 1e-8},
         {"momentum", "momentum", 0},
         {"nesterov", "nesterov", 0}}}},
      {"AdaGrad",
       {"adagrad", {kRate, {"initial_accumulator_value", "start", 0.1}, {"eps", "epsilon", 1e-7}}}},
      {"Adam", {"adam", kAdam}},
      {"AdamExpDecayLR", {"adam", And(kAdam, {"decay_amount", "decay", 7e-5})}},
      {"AdamSqrtDecayLR", {"adam", And(kAdam, {"warmup_steps", "warmup_updates", 1000})}},
      {"PiecewiseLinearAdam", {"adam", kAdam}},
      {"AdamW", {"adamw", OptaxAdam(1e-8, 0, {{"weight_decay", "weight_decay", 1e-4}})}},
      {"NAdamW",
       {"nadamw",
        {{"learning_rate", "learning_rate", 1e-4},
         {"beta1", "beta1", 0.9},
         {"beta2", "beta2", 0.999},
         {"epsilon", "epsilon", 1e-8},
         {"adamw_weight_decay", "weight_decay", 0},
         {"use_nesterov", "nesterov", 1}}}},
      {"RAdam", {"radam", OptaxAdam(1e-8, 0, {{"threshold", "threshold", 5}})}},
      {"AdaBelief", {"adabelief", OptaxAdam(1e-16, 1e-16)}},
      {"Yogi",
       {"yogi", {kRate, {"b1", "beta1", 0.9}, {"b2", "beta2", 0.999}, {"eps", "epsilon", 1e-3}}}},
      {"Lamb", {"lamb", OptaxAdam(1e-6, 0, {{"weight_decay", "weight_decay", 0}})}},
      {"Lars",
       {"lars",
        {kRate,
         {"weight_decay", "weight_decay", 0},
         {"trust_coefficient", "trust", 1e-3},
         {"eps", "epsilon", 0},
         {"momentum", "momentum", 0.9},
         {"nesterov", "nesterov", 0}}}},
      {"Fromage", {"fromage", {kRate, {"min_norm", "least_norm", 1e-6}}}},
      {"SM3", {"sm3", {kRate, {"momentum", "momentum", 0.9}, {"b2", "beta2", 1}}}},
      {"Adafactor",
       {"adafactor",
        {kRate,
         {"min_dim_size_to_factor", "least_factored", 128},
         {"decay_rate", "decay_rate", 0.8},
         {"decay_offset", "decay_offset", 0},
         {"multiply_by_parameter_scale", "parameter_scale", 1},
         {"clipping_threshold", "threshold", 1},
         {"momentum", "momentum", 0},
         {"weight_decay_rate", "weight_decay", 0},
         {"eps", "epsilon", 1e-30}}}},
  };
  return translations;
}

// A setting that grows.
class Builder {
 public:
  Builder(v1::BaselineSetting& setting, double steps) : setting_(setting), steps_(steps) {}

  // Replaces an earlier value.
  void Set(const std::string& knob, double value) {
    for (v1::Hyperparameter& own : *setting_.mutable_values()) {
      if (own.name() == knob) return own.set_value(value);
    }
    v1::Hyperparameter& own = *setting_.add_values();
    own.set_name(knob);
    own.set_value(value);
  }
  void SetKind(ScheduleKind kind) { Set("schedule", static_cast<double>(kind)); }
  void SetPoints(const std::vector<double>& times, const std::vector<double>& factors) {
    Set("learning_rate", 1);
    SetKind(ScheduleKind::kPiecewise);
    for (size_t i = 0; i < times.size(); ++i) {
      Set(fmt::format("point_{}", i + 1), times[i] / steps_);
      Set(fmt::format("factor_{}", i + 1), factors[i]);
    }
  }
  void SetRule(const char* rule) { setting_.set_rule(rule); }

 private:
  v1::BaselineSetting& setting_;
  double steps_;
};

// null is an argument's "none".
double NumberOf(const GoldenOptions& options, const std::string& key, double otherwise) {
  const json value = options.value(key, json(otherwise));
  if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
  return value.is_null() ? 0 : value.get<double>();
}

void SetLibraryCosine(const GoldenOptions& options, Builder& builder) {
  builder.SetKind(ScheduleKind::kLibraryCosine);
  builder.Set("learning_rate", NumberOf(options, "learning_rate", 0));
  builder.Set("floor", NumberOf(options, "min_learning_rate_mult", 0));
  builder.Set("hold", NumberOf(options, "constant_fraction", 0.5));
  builder.Set("warmup", NumberOf(options, "warmup_fraction", 0.01));
}

std::string SetSchedule(const json& config, Builder& builder) {
  const GoldenOptions options(config);
  const std::string kind = options.value("schedule", "");
  options.value("max_steps", json());
  if (kind == "Cosine") {
    SetLibraryCosine(options, builder);
  } else if (kind == "ExponentialDecay") {
    builder.SetKind(ScheduleKind::kExponential);
    builder.Set("learning_rate", NumberOf(options, "base_lr", 0));
    builder.Set("decay", NumberOf(options, "decay_amount", 0));
  } else if (kind == "LinearRampupSqrtDecay") {
    builder.SetKind(ScheduleKind::kLibraryInverseRoot);
    builder.Set("learning_rate", NumberOf(options, "peak_lr", 1e-3));
    builder.Set("warmup_updates", NumberOf(options, "warmup_steps", 1000));
  } else if (kind == "PiecewiseLinear") {
    builder.SetPoints(options.at("times"), options.at("vals"));
  } else {
    return "schedule " + kind;
  }
  return options.Unread();
}

std::string SetOptimizer(const json& config, Builder& builder);

// What is around another optimizer, under `inner`.
std::string SetAround(const std::string& name, const GoldenOptions& options, Builder& builder) {
  if (name == "GradientClipOptimizer") {
    builder.Set("clip", NumberOf(options, "grad_clip", 3));
  } else if (name == "WeightDecayWrapper") {
    // What it adds to the loss, no rule here reads.
    builder.Set("l2", NumberOf(options, "weight_decay", 0));
    options.value("add_to_loss", true);
  } else {
    builder.Set("accumulate", NumberOf(options, "num_average", 1));
  }
  return SetOptimizer(options.at("inner"), builder);
}

// The direction's own rate is lost with its norm.
std::string SetGrafted(const GoldenOptions& options, Builder& builder) {
  const json& magnitude = options.at("magnitude");
  if (magnitude.value("optimizer", "") != "SGD") {
    return "the magnitude of " + magnitude.value("optimizer", "?");
  }
  std::string missing = SetOptimizer(options.at("direction"), builder);
  builder.Set("graft", 1);
  builder.Set("learning_rate", magnitude.value("learning_rate", 0.01));
  return missing;
}

std::string SetPlain(const std::string& name, const GoldenOptions& options, Builder& builder) {
  const auto found = Translations().find(name);
  if (found == Translations().end()) return "optimizer " + name;
  builder.SetRule(found->second.rule);
  builder.SetKind(ScheduleKind::kConstant);
  builder.Set("warmup", 0);
  std::string missing;
  for (const Argument& argument : found->second.arguments) {
    const json value = options.value(argument.name, json(argument.otherwise));
    if (value.is_object()) {
      missing = SetSchedule(value, builder);
    } else {
      builder.Set(argument.knob, NumberOf(options, argument.name, argument.otherwise));
    }
  }
  return missing;
}

// What some have beside a table of numbers.
std::string SetFurther(const std::string& name, const GoldenOptions& options, Builder& builder) {
  if (name == "AdamExpDecayLR") builder.SetKind(ScheduleKind::kExponential);
  if (name == "AdamSqrtDecayLR") builder.SetKind(ScheduleKind::kLibraryInverseRoot);
  if (name == "PiecewiseLinearAdam") builder.SetPoints(options.at("times"), options.at("lrs"));
  if (name == "Adafactor" && !options.value("factored", true)) builder.Set("least_factored", 1e9);
  if (name == "NAdamW") {
    // Its sign is that of a penalty turned round; its bias correction is always on.
    builder.Set("l2", -NumberOf(options, "l2_weight_decay", 0));
    options.value("use_bias_correction", true);
  }
  return options.Unread();
}

std::string SetOptimizer(const json& config, Builder& builder) {
  const GoldenOptions options(config);
  const std::string name = config.value("optimizer", "?");
  std::string missing;
  if (name == "GradientClipOptimizer" || name == "WeightDecayWrapper" ||
      name == "GradientAccumulator") {
    missing = SetAround(name, options, builder);
  } else if (name == "GraftedOptimizer") {
    missing = SetGrafted(options, builder);
  } else {
    missing = SetPlain(name, options, builder);
  }
  return missing.empty() ? SetFurther(name, options, builder) : missing;
}

// An entry of the list is NAdamW under a cosine.
json Unlisted(const json& config) {
  json entry = config.at("hyper_parameters");
  json rate = {{"schedule", "Cosine"}};
  for (const char* key :
       {"learning_rate", "min_learning_rate_mult", "constant_fraction", "warmup_fraction"}) {
    rate[key] = entry.at(key);
    entry.erase(key);
  }
  entry["optimizer"] = "NAdamW";
  entry["learning_rate"] = rate;
  return entry;
}

}  // namespace

int64_t StepsOf(const GoldenFile& file) {
  return file.config.value("num_steps", static_cast<int64_t>(file.at("loss").elements()));
}

std::string SettingOf(const GoldenFile& file, v1::BaselineSetting& setting) {
  Builder builder(setting, static_cast<double>(StepsOf(file)));
  const bool listed = file.config.value("optimizer", "") == "OptList";
  return SetOptimizer(listed ? Unlisted(file.config) : file.config, builder);
}

std::string ScheduleOf(const json& config, const std::string& name, GoldenSchedule& schedule) {
  json own = config.at("schedules").value(name, json());
  if (own.is_null()) {
    own = config.value(name, json());
    own["schedule"] = "PiecewiseLinear";
  }
  schedule.updates = own.value("max_steps", int64_t{1});
  v1::BaselineSetting setting;
  setting.set_rule("sgd");
  Builder builder(setting, static_cast<double>(schedule.updates));
  builder.Set("warmup", 0);
  std::string missing = SetSchedule(own, builder);
  if (!missing.empty()) return missing;
  schedule.schedule = paceline::ScheduleOf(setting);
  schedule.peak = ValueOf(setting, *FindBaseline("sgd"), "learning_rate");
  return "";
}

}  // namespace paceline::testing
