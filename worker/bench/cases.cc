#include "worker/bench/cases.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/config/config.h"
#include "common/config/schema.h"
#include "common/estimator/settings.h"
#include "common/task/data_use.h"
#include "common/task/facts.h"
#include "fmt/format.h"

namespace paceline {
namespace {

constexpr char kTaskWords[] =
    "a task is mlp:IN-HIDDEN-...-10[:batch=N][:ACTIVATION] (mlp:64-32-10) or quadratic:N[:KIND]";

struct TableRow {
  const char* task;
  const char* optimizer;
  uint32_t particles;
};
constexpr TableRow kTable[] = {
    {"mlp:64-32-10", "adafac_mlp", 16},      {"mlp:64-32-10", "adafac_mlp", 256},
    {"mlp:64-32-10", "mlp_lopt", 16},        {"mlp:64-32-10", "mlp_lopt", 256},
    {"mlp:784-128-128-10", "adafac_mlp", 4}, {"mlp:784-128-128-10", "mlp_lopt", 4},
    {"mlp:64-32-10", "mlp_nom_lopt", 16},    {"mlp:64-32-10", "mu_adafac_mlp", 16},
    {"mlp:64-32-10", "celo2", 16},           {"mlp:64-32-10", "linear", 16},
    {"mlp:64-32-10", "hyper_v2", 16},        {"mlp:64-32-10", "rnn_mlp_lopt", 16},
    {"mlp:64-32-10", "nn_adam", 16},
};
constexpr uint32_t kDefaultWindow = 50;

// Nothing that YAML reads as structure.
bool IsPlain(std::string_view word) {
  return !word.empty() && std::ranges::all_of(word, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '-' ||
           c == '+';
  });
}

absl::Status Wrong(const std::string& spec, const std::string& why) {
  return absl::InvalidArgumentError(fmt::format("'{}': {}", spec, why));
}

// "batch=64" → ", batch: 64"; a word without '=' is the value of `plain_key`.
absl::StatusOr<std::string> Fields(const std::string& spec, const std::vector<std::string>& words,
                                   const std::string& plain_key) {
  std::string yaml;
  for (const std::string& word : words) {
    std::pair<std::string, std::string> field = absl::StrSplit(word, absl::MaxSplits('=', 1));
    if (word.find('=') == std::string::npos && !plain_key.empty()) field = {plain_key, word};
    if (!IsPlain(field.first) || !IsPlain(field.second)) {
      return Wrong(spec, fmt::format("'{}' is no key=value", word));
    }
    yaml += fmt::format("{}{}: {}", yaml.empty() ? "" : ", ", field.first, field.second);
  }
  return yaml;
}

absl::StatusOr<std::string> MlpFields(const std::string& spec, const std::string& text) {
  std::vector<int64_t> widths;
  for (const std::string& part : std::vector<std::string>(absl::StrSplit(text, '-'))) {
    int64_t width = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), width);
    if (error != std::errc() || end != part.data() + part.size() || width < 1) {
      return Wrong(
          spec, fmt::format("the width '{}' is no whole number from 1 on; {}", part, kTaskWords));
    }
    widths.push_back(width);
  }
  if (widths.size() < 2) return Wrong(spec, kTaskWords);
  const auto size = static_cast<int64_t>(std::lround(std::sqrt(static_cast<double>(widths[0]))));
  if (size * size != widths[0] || size < 2 || size > 28) {
    return Wrong(spec, fmt::format("{} inputs are no square image; the first width must be the "
                                   "square of 2 to 28, such as 64 (8 x 8) or 784 (28 x 28)",
                                   widths[0]));
  }
  const DatasetFacts data = DatasetFactsOf({.dataset = v1::DATASET_FASHION_MNIST});
  if (widths.back() != data.classes) {
    return Wrong(spec, fmt::format("the last width is {}; {} has {} classes", widths.back(),
                                   data.name, data.classes));
  }
  const std::vector<int64_t> hidden(widths.begin() + 1, widths.end() - 1);
  return fmt::format("size: {}, hidden: [{}]", size, absl::StrJoin(hidden, ", "));
}

std::string FaultText(const ParsedConfig& parsed) {
  std::vector<std::string> messages;
  for (const Fault& fault : parsed.faults) messages.push_back(fault.message);
  return absl::StrJoin(messages, "; ");
}

struct Wanted {
  std::string task, optimizer;            // specs
  std::string task_yaml, optimizer_yaml;  // values
  uint32_t particles = 0;
  uint32_t window = 0;
  std::string engine;
};

absl::StatusOr<BenchCase> MakeCase(const Wanted& wanted, int threads) {
  if (wanted.particles < 1) return Wrong("--particles", "it must be a whole number from 1 on");
  const std::string yaml = fmt::format(
      "name: bench\nseed: 1\nengine: {}\noptimizer: {}\ntasks: [{}]\n"
      "episode: {{constant: {{steps: {}}}}}\n"
      "estimator: {{nres: {{window: {}, sigma: 0.01}}, particles: {}, block: {}}}\n"
      "outer: {{steps: 1000, optimizer: {{adam: {{learning_rate: 0.001}}}}}}\n",
      wanted.engine, wanted.optimizer_yaml, wanted.task_yaml, 20 * wanted.window, wanted.window,
      wanted.particles, BlockFor(wanted.particles, threads));
  ParsedConfig parsed = ParseConfig(yaml, "bench");
  if (!parsed.faults.empty()) {
    return Wrong(wanted.task + " " + wanted.optimizer, FaultText(parsed));
  }
  return BenchCase{wanted.task, wanted.optimizer, std::move(parsed.config)};
}

absl::StatusOr<BenchCase> MakeCase(const std::string& task, const std::string& optimizer,
                                   uint32_t particles, const CaseOptions& options) {
  const auto task_yaml = TaskYaml(task);
  if (!task_yaml.ok()) return task_yaml.status();
  const auto optimizer_yaml = OptimizerYaml(optimizer);
  if (!optimizer_yaml.ok()) return optimizer_yaml.status();
  return MakeCase({.task = task,
                   .optimizer = optimizer,
                   .task_yaml = *task_yaml,
                   .optimizer_yaml = *optimizer_yaml,
                   .particles = particles,
                   .window = options.window > 0 ? options.window : kDefaultWindow,
                   .engine = options.engine.empty() ? "auto" : options.engine},
                  options.threads);
}

uint32_t WindowOf(const v1::Estimator& estimator) {
  const int64_t window = WindowSteps(estimator);
  return window > 0 ? static_cast<uint32_t>(window) : kDefaultWindow;
}

// What the command line does not give comes from the file.
absl::Status FillIn(const v1::JobConfig& job, CaseOptions& options) {
  for (const v1::Task& task : job.tasks()) {
    if (FactsOf(task).is_system()) {
      return Wrong(options.config_path,
                   "its task is a dynamical system; only learned optimizers are measured");
    }
  }
  if (options.optimizers.empty()) options.optimizers = {OptimizerSpec(job.optimizer())};
  if (options.particles.empty()) options.particles = {job.estimator().particles()};
  if (options.window == 0) options.window = WindowOf(job.estimator());
  if (options.engine.empty()) {
    options.engine = YamlName(*v1::Engine_descriptor()->FindValueByNumber(job.engine()));
  }
  return absl::OkStatus();
}

// `:key=value` for the fields that differ from the schema's default.
std::string FieldSpecs(const google::protobuf::Message& message,
                       const std::vector<std::string>& but) {
  std::string text;
  const auto& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const auto& field = *message.GetDescriptor()->field(i);
    if (field.is_repeated() || std::ranges::find(but, field.name()) != but.end()) continue;
    std::string value;
    switch (field.cpp_type()) {
      case google::protobuf::FieldDescriptor::CPPTYPE_UINT32:
        value = fmt::format("{}", reflection.GetUInt32(message, &field));
        break;
      case google::protobuf::FieldDescriptor::CPPTYPE_DOUBLE:
        value = fmt::format("{}", reflection.GetDouble(message, &field));
        if (std::strtod(RuleOf(field).default_value().c_str(), nullptr) ==
            reflection.GetDouble(message, &field)) {
          continue;
        }
        break;
      case google::protobuf::FieldDescriptor::CPPTYPE_ENUM:
        value = YamlName(*reflection.GetEnum(message, &field));
        break;
      case google::protobuf::FieldDescriptor::CPPTYPE_BOOL:
        value = reflection.GetBool(message, &field) ? "true" : "false";
        break;
      default:
        continue;
    }
    if (value != RuleOf(field).default_value()) text += ":" + field.name() + "=" + value;
  }
  return text;
}

// The field of the oneof of a task or optimizer that is set, and what stands in it.
const google::protobuf::FieldDescriptor& KindOf(const google::protobuf::Message& message) {
  return *message.GetReflection()->GetOneofFieldDescriptor(message,
                                                           message.GetDescriptor()->oneof_decl(0));
}
const google::protobuf::Message& ContentOf(const google::protobuf::Message& message) {
  return message.GetReflection()->GetMessage(message, &KindOf(message));
}

// ` with features, clip`: the fields that are lists or mappings, which a spec cannot say.
std::string RestOf(const google::protobuf::Message& message) {
  const google::protobuf::Message& own = ContentOf(message);
  std::vector<const google::protobuf::FieldDescriptor*> set;
  own.GetReflection()->ListFields(own, &set);
  std::vector<std::string> names;
  for (const auto* field : set) {
    const bool is_message = field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE;
    if (field->is_repeated() || is_message) names.push_back(field->name());
  }
  return names.empty() ? "" : " with " + absl::StrJoin(names, ", ");
}

}  // namespace

absl::StatusOr<std::string> TaskYaml(const std::string& spec) {
  std::vector<std::string> words = absl::StrSplit(spec, ':');
  if (words.size() < 2) return Wrong(spec, kTaskWords);
  const std::string kind = words[0], sizes = words[1];
  words.erase(words.begin(), words.begin() + 2);
  if (kind == "mlp") {
    const auto fields = MlpFields(spec, sizes);
    if (!fields.ok()) return fields.status();
    const auto rest = Fields(spec, words, "activation");
    if (!rest.ok()) return rest.status();
    return fmt::format("{{image_mlp: {{{}{}{}}}}}", *fields, rest->empty() ? "" : ", ", *rest);
  }
  if (kind == "quadratic" && IsPlain(sizes)) {
    const auto rest = Fields(spec, words, "kind");
    if (!rest.ok()) return rest.status();
    return fmt::format("{{quadratic: {{dimension: {}{}{}}}}}", sizes, rest->empty() ? "" : ", ",
                       *rest);
  }
  return Wrong(spec, kTaskWords);
}

absl::StatusOr<std::string> OptimizerYaml(const std::string& spec) {
  std::vector<std::string> words = absl::StrSplit(spec, ':');
  const std::string kind = words[0];
  words.erase(words.begin());
  const std::vector<std::string> kinds = KeysOf(*v1::LearnedOptimizer::descriptor());
  if (std::ranges::find(kinds, kind) == kinds.end()) {
    return Wrong(spec, fmt::format("there is no optimizer {}; it must be one of {}, and settings "
                                   "may follow (adafac_mlp:hidden=8)",
                                   kind, absl::StrJoin(kinds, ", ")));
  }
  const auto fields = Fields(spec, words, "");
  if (!fields.ok()) return fields.status();
  return fmt::format("{{{}: {{{}}}}}", kind, *fields);
}

std::string TaskSpec(const v1::Task& task) {
  const TaskFacts facts = FactsOf(task);
  if (facts.shorthand.empty()) {
    return KindOf(task).name() + FieldSpecs(ContentOf(task), {}) + RestOf(task);
  }
  return facts.shorthand + FieldSpecs(ContentOf(task), facts.shorthand_fields);
}

std::string OptimizerSpec(const v1::LearnedOptimizer& optimizer) {
  return KindOf(optimizer).name() + FieldSpecs(ContentOf(optimizer), {});
}

uint32_t BlockFor(uint32_t particles, int threads) {
  for (uint32_t block = std::min(8u, particles); block > 1; --block) {
    if (particles % block == 0 && particles / block >= static_cast<uint32_t>(threads)) return block;
  }
  return 1;
}

absl::StatusOr<std::vector<BenchCase>> MakeCases(const CaseOptions& given) {
  CaseOptions options = given;
  // The config's, whole: words cannot say all of them.
  std::optional<v1::LearnedOptimizer> own;
  std::vector<v1::Task> own_tasks;
  if (!options.config_path.empty()) {
    const auto job = LoadConfig(options.config_path);
    if (!job.ok()) return job.status();
    if (options.optimizers.empty()) own = job->optimizer();
    if (absl::Status filled = FillIn(*job, options); !filled.ok()) return filled;
    own_tasks.assign(job->tasks().begin(), job->tasks().end());
  }
  std::vector<BenchCase> cases;
  const auto add = [&](const std::string& task, const std::string& optimizer,
                       uint32_t particles) -> absl::Status {
    auto made = MakeCase(task, optimizer, particles, options);
    if (!made.ok()) return made.status();
    cases.push_back(*std::move(made));
    if (own) {
      cases.back().optimizer += RestOf(*own);
      *cases.back().config.mutable_optimizer() = *own;
    }
    return absl::OkStatus();
  };
  const auto add_own = [&](const v1::Task& task, const std::string& optimizer,
                           uint32_t particles) -> absl::Status {
    if (absl::Status added = add("quadratic:1", optimizer, particles); !added.ok()) return added;
    cases.back().task = TaskSpec(task);
    *cases.back().config.mutable_tasks(0) = task;
    return absl::OkStatus();
  };
  const bool whole_table = options.tasks.empty() && own_tasks.empty() && options.optimizers.empty();
  for (const TableRow& row : kTable) {
    if (!whole_table) break;
    std::vector<uint32_t> particles = options.particles;
    if (particles.empty()) particles = {row.particles};
    for (const uint32_t count : particles) {
      const bool seen = std::ranges::any_of(cases, [&](const BenchCase& other) {
        return other.task == row.task && other.optimizer == row.optimizer &&
               other.config.estimator().particles() == count;
      });
      if (seen) continue;
      if (absl::Status added = add(row.task, row.optimizer, count); !added.ok()) return added;
    }
  }
  if (whole_table) return cases;
  if (options.tasks.empty() && own_tasks.empty()) options.tasks = {"mlp:64-32-10"};
  if (options.optimizers.empty()) options.optimizers = {"adafac_mlp"};
  if (options.particles.empty()) options.particles = {16};
  const auto each = [&](const auto& task, const auto& add_one) -> absl::Status {
    for (const std::string& optimizer : options.optimizers) {
      for (const uint32_t particles : options.particles) {
        if (absl::Status added = add_one(task, optimizer, particles); !added.ok()) return added;
      }
    }
    return absl::OkStatus();
  };
  for (const std::string& task : options.tasks) {
    if (absl::Status added = each(task, add); !added.ok()) return added;
  }
  for (const v1::Task& task : own_tasks) {
    if (absl::Status added = each(task, add_own); !added.ok()) return added;
  }
  return cases;
}

}  // namespace paceline
