#include "coordinator/cli/commands/follow_evaluation.h"

#include <chrono>

#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/text/evaluation_state.h"
#include "coordinator/cli/commands/answer.h"
#include "coordinator/cli/commands/evaluation_report.h"
#include "coordinator/cli/local/interrupt.h"
#include "coordinator/cli/view/evaluation_view.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

constexpr auto kCheckPeriod = std::chrono::milliseconds(200);
constexpr auto kLinePeriod = std::chrono::seconds(5);

// A line when the state or the trouble changes, else every few seconds.
class Lines {
 public:
  explicit Lines(const Context& context) : context_(context) {}

  void Show(const v1::EvaluationSummary& summary, const std::string& trouble) {
    if (context_.json) return;
    const SteadyTime now = Clock::Real().Now();
    const std::string kind = StateWord(summary.state()) + trouble;
    if (kind == kind_ && now - said_ < kLinePeriod) return;
    const std::string text = trouble.empty() ? ProgressText(summary) : trouble;
    if (text == text_) return;
    context_.environment.err << text << std::endl;
    kind_ = kind;
    text_ = text;
    said_ = now;
  }

 private:
  const Context& context_;
  std::string kind_, text_;
  SteadyTime said_{};
};

absl::Status Detached(const Context& context, const std::string& name) {
  return absl::CancelledError(fmt::format(
      "stopped watching; the evaluation goes on. To come back: paceline evaluations {} --follow "
      "--coordinator {}",
      name, context.connection.coordinator));
}

absl::StatusOr<v1::EvaluationSummary> ToItsEnd(const Context& context, EvaluationClient& client,
                                               const std::string& name) {
  const InterruptScope interrupts;
  const auto watcher = client.Watch(name);
  v1::EvaluationSummary newest;
  Lines lines(context);
  while (!watcher->ended()) {
    if (InterruptScope::count() > 0) return Detached(context, name);
    if (auto summary = watcher->Next(kCheckPeriod)) newest = *std::move(summary);
    if (!newest.evaluation().empty() || !watcher->trouble().empty()) {
      lines.Show(newest, watcher->trouble());
    }
  }
  if (!watcher->status().ok()) return watcher->status();
  return newest;
}

}  // namespace

absl::StatusOr<ExitStatus> FollowEvaluation(const Context& context, EvaluationClient& client,
                                            const std::string& name, const std::string& folder) {
  const std::string target = folder.empty() ? "evaluation-" + name : folder;
  if (absl::Status made = MakeFolder(target); !made.ok()) return made;
  const auto end = ToItsEnd(context, client, name);
  if (!end.ok()) return end.status();
  nlohmann::ordered_json json = SummaryJson(*end);
  if (end->state() != v1::EVALUATION_STATE_SUCCEEDED) {
    Answer(context, json, ProgressText(*end) + "\n");
    return end->state() == v1::EVALUATION_STATE_CANCELLED ? kExitCancelled : kExitFailed;
  }
  const auto result = client.Result(name);
  if (!result.ok()) return result.status();
  if (absl::Status written = WriteReportOf(*result, target); !written.ok()) return written;
  json["folder"] = target;
  Answer(context, json, fmt::format("{} is done: {}\n", name, target));
  return kExitOk;
}

}  // namespace paceline
