#include "coordinator/cli/commands/follow.h"

#include <chrono>
#include <optional>

#include "common/base/clock.h"
#include "coordinator/cli/view/progress_view.h"

namespace paceline {
namespace {

constexpr auto kCheckPeriod = std::chrono::milliseconds(200);

ViewMode ModeOf(const Context& context) {
  if (context.json) return ViewMode::kJson;
  return context.environment.terminal ? ViewMode::kPanel : ViewMode::kLines;
}

}  // namespace

absl::StatusOr<v1::JobState> Follow(const Context& context, JobWatcher& watcher,
                                    const std::function<absl::StatusOr<std::string>()>& check) {
  ProgressView view(ModeOf(context), {.columns = 0, .colour = context.environment.colour},
                    context.out());
  absl::StatusOr<std::string> notice("");
  while (!watcher.ended() && notice.ok()) {
    const std::optional<v1::Progress> progress = watcher.Next(kCheckPeriod);
    if (progress) view.Take(*progress);
    view.Notice(notice->empty() ? watcher.trouble() : *notice);
    view.Refresh(Clock::Real().Now());
    notice = check();
  }
  view.Notice("");
  view.Finish();
  if (!notice.ok()) return notice.status();
  if (!watcher.status().ok()) return watcher.status();
  return view.state().state;
}

}  // namespace paceline
