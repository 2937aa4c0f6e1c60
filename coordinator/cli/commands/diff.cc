#include <algorithm>
#include <memory>
#include <optional>

#include "common/text/printable.h"
#include "coordinator/cli/client/scalar_stream.h"
#include "coordinator/cli/commands/answer.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/context.h"
#include "coordinator/cli/diff/config_difference.h"
#include "coordinator/cli/diff/run_difference.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using nlohmann::ordered_json;

constexpr size_t kFieldsShown = 10;

struct DiffOptions {
  std::string a, b;
  std::string other;  // where b is; empty: where a is
};

// A job on its coordinator. Not moved once Runs() was called.
struct Side {
  std::string job;
  Connection connection;
  std::unique_ptr<JobClient> client;
  v1::JobDetail detail;
  std::unique_ptr<ScalarStream> scalars;

  Run AsRun() {
    scalars = client->Scalars(job, 0);
    return {.steps = detail.summary().step(),
            .next = [this] { return scalars->Next(); },
            .digest = [this](int64_t step) -> absl::StatusOr<std::string> {
              auto theta = client->GetTheta(job, step);
              if (!theta.ok()) return theta.status();
              return std::move(*theta->mutable_digest());
            }};
  }
};

absl::StatusOr<std::unique_ptr<Side>> Open(const std::string& job, const Connection& connection) {
  auto side = std::make_unique<Side>();
  side->job = job;
  side->connection = connection;
  auto client = JobClient::Open(connection);
  if (!client.ok()) return client.status();
  side->client = *std::move(client);
  auto detail = side->client->Show(job);
  if (!detail.ok()) return detail.status();
  side->detail = *std::move(detail);
  return side;
}

std::string ValueText(const std::string& value) {
  return value.empty() ? "absent" : Printable(value);
}

std::string FieldsText(const std::vector<FieldDifference>& fields, bool theta_depends,
                       const char* title) {
  size_t count = 0;
  std::string text;
  for (const FieldDifference& field : fields) {
    if (field.theta_depends != theta_depends || ++count > kFieldsShown) continue;
    text += fmt::format("  {}: {} | {}\n", field.path, ValueText(field.a), ValueText(field.b));
  }
  if (count > kFieldsShown) text += fmt::format("  and {} more\n", count - kFieldsShown);
  return text.empty() ? text : fmt::format("{}\n", title) + text;
}

std::string AnswerText(const AnswerDifference& answer) {
  std::string place =
      fmt::format("outer step {}, block {}, window {}", answer.step, answer.block, answer.window);
  if (answer.particle) place += fmt::format(", particle {} of it", *answer.particle);
  return fmt::format("first answer that differs: {}\n  {}: {} | {}\n", place, answer.field,
                     ValueText(answer.a), ValueText(answer.b));
}

std::string PairText(const ThetaPair& pair) {
  return fmt::format("  theta of step {}: {} | {}\n", pair.step, pair.a, pair.b);
}

std::string ThetaText(const RunDifference& runs) {
  if (!runs.theta) {
    return fmt::format("theta of step {} is the same: {}\n", runs.last.step, runs.last.a);
  }
  const std::string where =
      runs.theta->step == 0
          ? "theta differs from the start"
          : fmt::format("theta differs from step {} on, and was the same before", runs.theta->step);
  return where + "\n" + PairText(*runs.theta) +
         (runs.theta->step == runs.last.step ? "" : PairText(runs.last));
}

std::string Names(const Side& a, const Side& b) {
  if (a.connection.coordinator == b.connection.coordinator) {
    return fmt::format("{} and {}", a.job, b.job);
  }
  return fmt::format("{} at {} and {} at {}", a.job, a.connection.coordinator, b.job,
                     b.connection.coordinator);
}

std::string Verdict(const Side& a, const Side& b, const RunDifference& runs) {
  if (runs.equal()) {
    return fmt::format("{} are equal: the same answers and theta in {} outer steps\n", Names(a, b),
                       runs.steps);
  }
  int64_t step = runs.steps;
  if (runs.answers) step = std::min(step, runs.answers->step);
  if (runs.theta) step = std::min(step, runs.theta->step);
  return fmt::format("{} part at outer step {} of {}\n", Names(a, b), step, runs.steps);
}

std::string StepsText(const Side& a, const Side& b) {
  const int64_t own = a.detail.summary().step(), other = b.detail.summary().step();
  if (own == other) return "";
  return fmt::format("outer steps done: {} | {}; what only one has done is not compared\n", own,
                     other);
}

std::string DiffText(const Side& a, const Side& b, const std::vector<FieldDifference>& fields,
                     const RunDifference& runs) {
  std::string text = Verdict(a, b, runs);
  text += FieldsText(fields, true, "their configs differ:");
  text += FieldsText(fields, false, "their configs differ in what theta does not depend on:");
  text += StepsText(a, b);
  if (runs.compared < runs.steps && !runs.answers) {
    text += fmt::format("the answers of {} outer steps are not stored any more\n",
                        runs.steps - runs.compared);
  }
  if (runs.answers) text += AnswerText(*runs.answers);
  return text + ThetaText(runs);
}

ordered_json SideJson(const Side& side) {
  return {{"job", side.job},
          {"coordinator", side.connection.coordinator},
          {"steps", side.detail.summary().step()}};
}

ordered_json PairJson(const ThetaPair& pair) {
  return {{"step", pair.step}, {"a", pair.a}, {"b", pair.b}};
}

ordered_json AnswerJson(const AnswerDifference& answer) {
  return {{"step", answer.step},
          {"block", answer.block},
          {"window", answer.window},
          {"particle", answer.particle ? ordered_json(*answer.particle) : ordered_json()},
          {"field", answer.field},
          {"a", answer.a},
          {"b", answer.b}};
}

ordered_json DiffJson(const Side& a, const Side& b, const std::vector<FieldDifference>& fields,
                      const RunDifference& runs) {
  auto config = ordered_json::array();
  for (const FieldDifference& field : fields) {
    config.push_back({{"path", field.path},
                      {"a", field.a},
                      {"b", field.b},
                      {"theta_depends", field.theta_depends}});
  }
  return {{"equal", runs.equal()},
          {"a", SideJson(a)},
          {"b", SideJson(b)},
          {"steps", runs.steps},
          {"compared_steps", runs.compared},
          {"config", config},
          {"answers", runs.answers ? AnswerJson(*runs.answers) : ordered_json()},
          {"theta", runs.theta ? PairJson(*runs.theta) : ordered_json()},
          {"last_theta", PairJson(runs.last)}};
}

absl::StatusOr<ExitStatus> Diff(const Context& context, const DiffOptions& options) {
  Connection there = context.connection;
  if (!options.other.empty()) there.coordinator = options.other;
  const auto a = Open(options.a, context.connection);
  if (!a.ok()) return a.status();
  const auto b = Open(options.b, there);
  if (!b.ok()) return b.status();
  const auto fields = ConfigDifferences((*a)->detail.config(), (*b)->detail.config());
  const auto runs = CompareRuns((*a)->AsRun(), (*b)->AsRun());
  if (!runs.ok()) return runs.status();
  Answer(context, DiffJson(**a, **b, fields, *runs), DiffText(**a, **b, fields, *runs));
  return runs->equal() ? kExitOk : kExitFailed;
}

}  // namespace

void AddDiff(Command& app, Context& context) {
  auto options = std::make_shared<DiffOptions>();
  Command& command =
      AddCommand(app, context, "diff",
                 "At which outer step two runs part, and in what: configs, answers, theta; exit "
                 "status 1 if they do",
                 [&context, options] { return Diff(context, *options); });
  command.AddOption("A", options->a, "A job's name").Required();
  command.AddOption("B", options->b, "Another job's name").Required();
  command.AddOption("--other", options->other, "The coordinator of B, if it is not that of A")
      .TypeName("HOST:PORT");
  AddConnectionFlags(command, context);
  AddJsonFlag(command, context);
}

}  // namespace paceline
