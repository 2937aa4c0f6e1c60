#include <google/protobuf/descriptor.h>

#include <memory>

#include "common/config/schema.h"
#include "common/estimator/lengths.h"
#include "common/footprint/machine_memory.h"
#include "common/task/augment.h"
#include "common/task/sample.h"
#include "common/text/table.h"
#include "coordinator/cli/commands/answer.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/config_source.h"
#include "coordinator/cli/commands/context.h"
#include "coordinator/cli/view/text.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::OneofDescriptor;
using nlohmann::ordered_json;

struct TasksOptions {
  ConfigSource source;
  uint32_t sample = 0;
};

// ---- what there is ----

std::string DefaultText(const FieldDescriptor& field) {
  if (RuleOf(field).required()) return "required";
  const std::vector<std::string> values = DefaultValues(field);
  if (values.empty()) return "-";
  return field.is_repeated() ? fmt::format("[{}]", fmt::join(values, ", ")) : values.front();
}

ordered_json KnobsJson(const Descriptor& family) {
  auto json = ordered_json::array();
  for (int i = 0; i < family.field_count(); ++i) {
    const FieldDescriptor& field = *family.field(i);
    json.push_back(
        {{"name", field.name()}, {"takes", Expectation(field)}, {"default", DefaultText(field)}});
  }
  return json;
}

// All alternatives but samples, which have a list of their own.
ordered_json FamiliesJson(const OneofDescriptor& families) {
  auto json = ordered_json::array();
  for (int i = 0; i < families.field_count(); ++i) {
    const FieldDescriptor& family = *families.field(i);
    if (family.message_type() == v1::Sample::descriptor()) continue;
    json.push_back({{"name", family.name()}, {"knobs", KnobsJson(*family.message_type())}});
  }
  return json;
}

std::string FamiliesText(const std::string& title, const ordered_json& families) {
  std::string text = title + "\n";
  for (const ordered_json& family : families) {
    std::vector<std::vector<std::string>> rows;
    for (const ordered_json& knob : family["knobs"]) {
      rows.push_back({knob["name"], knob["default"], knob["takes"]});
    }
    text += "\n" + family["name"].get<std::string>() + "\n" +
            TableText({"KNOB", "DEFAULT", "TAKES"}, rows, {.indent = 2});
  }
  return text;
}

void ListFamilies(const Context& context) {
  const ordered_json fixed = FamiliesJson(*v1::Task::descriptor()->FindOneofByName("kind"));
  const ordered_json sampled = FamiliesJson(*v1::Sample::descriptor()->FindOneofByName("family"));
  Answer(context, {{"fixed", fixed}, {"sampled", sampled}},
         FamiliesText("Fixed: one task for the whole job.", fixed) + "\n" +
             FamiliesText("Sampled (sample: {FAMILY: ...}): a task for every episode of a block.",
                          sampled));
}

// ---- draws ----

// Each family of samples in turn, by the schema's defaults.
v1::Task FamilyInTurn(uint32_t number) {
  const auto& families = *v1::Sample::descriptor()->FindOneofByName("family");
  v1::Task task;
  v1::Sample& sample = *task.mutable_sample();
  const int family = static_cast<int>(number) % families.field_count();
  sample.GetReflection()->MutableMessage(&sample, families.field(family));
  return task;
}

ordered_json DrawJson(const v1::Task& task, uint64_t seed, uint32_t block) {
  const TaskFacts facts = FactsOf(DrawTask(task, seed, block, 0));
  const TaskCost cost = CostOf(facts, task.sample().budget());
  return {{"block", block},
          {"task", facts.article_and_name},
          {"text", facts.text},
          {"parameters", facts.parameter_count()},
          {"flops_per_step", facts.flops},
          {"seconds_per_step", cost.seconds_per_step},
          {"bytes", cost.bytes}};
}

std::string DrawsText(const ordered_json& draws) {
  std::vector<std::vector<std::string>> rows;
  for (const ordered_json& draw : draws) {
    const double milliseconds = 1e3 * draw["seconds_per_step"].get<double>();
    rows.push_back({draw["task"], CountText(draw["parameters"].get<double>()),
                    CountText(draw["flops_per_step"].get<double>()),
                    fmt::format("{:.3g}", milliseconds),
                    BytesText(static_cast<uint64_t>(draw["bytes"].get<double>())), draw["text"]});
  }
  return TableText({"TASK", "PARAMETERS", "FLOPS/STEP", "MS/STEP", "MEMORY", "WHAT"}, rows);
}

// What the job's first blocks begin with.
absl::StatusOr<ordered_json> DrawsOfConfig(const TasksOptions& options) {
  const absl::StatusOr<LoadedConfig> loaded = Load(options.source);
  if (!loaded.ok()) return loaded.status();
  const v1::JobConfig& config = loaded->config;
  auto draws = ordered_json::array();
  for (uint32_t block = 0; block < options.sample; ++block) {
    const v1::Task task = TrainedTask(config, EpisodeTask(config, block, 0));
    draws.push_back(DrawJson(task, config.seed(), block));
  }
  return draws;
}

ordered_json DrawsOfFamilies(uint32_t count) {
  constexpr uint64_t kSeed = 0;
  auto draws = ordered_json::array();
  for (uint32_t i = 0; i < count; ++i) draws.push_back(DrawJson(FamilyInTurn(i), kSeed, i));
  return draws;
}

absl::StatusOr<ExitStatus> Tasks(const Context& context, const TasksOptions& options) {
  const bool has_config = !options.source.path.empty();
  if (!has_config && !options.source.overrides.empty()) {
    return absl::InvalidArgumentError("--set changes a config; give one too");
  }
  if (has_config && options.sample == 0) {
    return absl::InvalidArgumentError("a config's tasks are drawn by --sample N; give it too");
  }
  if (options.sample == 0) {
    ListFamilies(context);
    return kExitOk;
  }
  const absl::StatusOr<ordered_json> draws =
      has_config ? DrawsOfConfig(options) : DrawsOfFamilies(options.sample);
  if (!draws.ok()) return draws.status();
  Answer(context, {{"draws", *draws}}, DrawsText(*draws));
  return kExitOk;
}

}  // namespace

void AddTasks(Command& app, Context& context) {
  auto options = std::make_shared<TasksOptions>();
  Command& command =
      AddCommand(app, context, "tasks", "Families of tasks with their knobs, or draws of them",
                 [&context, options] { return Tasks(context, *options); });
  command.AddOption("CONFIG", options->source.path,
                    "With --sample: a job; its first blocks' tasks are drawn (default: each family "
                    "of samples in turn)");
  AddOverrideFlag(command, options->source);
  command.AddOption("--sample", options->sample, "Draw so many tasks and tell what each costs")
      .TypeName("N")
      .Range<uint32_t>(1, 10000);
  AddJsonFlag(command, context);
}

}  // namespace paceline
