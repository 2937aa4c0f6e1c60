#include "coordinator/cli/view/progress.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include "common/text/held_out.h"
#include "common/text/job_state.h"
#include "common/text/printable.h"
#include "common/text/table.h"
#include "coordinator/cli/view/block_plot.h"
#include "coordinator/cli/view/text.h"
#include "fmt/format.h"

namespace paceline {
namespace {

constexpr size_t kRecentSteps = 20;
constexpr size_t kSmoothedSteps = 100;
constexpr int kPlotRows = 3;
constexpr int kPlotMargin = 9;

double RecentSeconds(const ProgressState& state) {
  double seconds = 0;
  for (const v1::OuterStepRecord& record : state.recent) seconds += record.seconds();
  return seconds;
}

double Fraction(const ProgressState& state) {
  return state.steps > 0 ? static_cast<double>(state.step) / static_cast<double>(state.steps) : 0;
}

std::string Workers(uint32_t count) {
  return fmt::format("{} worker{}", count, count == 1 ? "" : "s");
}

std::string_view ColourOf(v1::JobState state) {
  switch (state) {
    case v1::JOB_STATE_RUNNING:
    case v1::JOB_STATE_SUCCEEDED:
      return "\x1b[32m";
    case v1::JOB_STATE_FAILED:
    case v1::JOB_STATE_CANCELLED:
      return "\x1b[31m";
    case v1::JOB_STATE_QUEUED:
    case v1::JOB_STATE_PAUSED:
    case v1::JOB_STATE_UNSPECIFIED:
    case v1::JobState_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::JobState_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return "\x1b[33m";
}

// Colour goes on after clipping, so that an escape sequence is never cut.
std::string HeadLine(const ProgressState& state, const PanelStyle& style) {
  const std::string word = StateWord(state.state);
  std::string line = fmt::format("{}  {}  {}", state.job, word, Workers(state.workers));
  if (state.diverged > 0) line += fmt::format("  {} diverged", state.diverged);
  line = ClipText(line, style.columns);
  const size_t at = state.job.size() + 2;
  if (!style.colour || line.size() < at + word.size()) return line;
  line.insert(at + word.size(), "\x1b[0m");
  line.insert(at, ColourOf(state.state));
  return line;
}

std::string BarLine(const ProgressState& state, const PanelStyle& style) {
  const std::string right = fmt::format(" {:3.0f} %  outer step {} of {}", 100 * Fraction(state),
                                        state.step, state.steps);
  const int columns = std::max(style.columns - static_cast<int>(TextWidth(right)) - 2, 4);
  return ClipText(DrawBar(Fraction(state), columns) + right, style.columns);
}

// A single step's loss swings with where the blocks stand in their episodes, so a mean is shown.
std::string LossWords(const ProgressState& state) {
  const size_t newest = std::min(state.losses.size(), kSmoothedSteps);
  double sum = 0;
  int count = 0;
  for (size_t i = state.losses.size() - newest; i < state.losses.size(); ++i) {
    sum += state.losses[i].value_or(0);
    count += state.losses[i].has_value();
  }
  if (count == 0) return "outer loss -";
  return fmt::format("outer loss {:.4f} (mean of {})", sum / count, count);
}

std::string RateLine(const ProgressState& state) {
  std::string line = fmt::format("{} inner steps/s", CountText(InnerStepsPerSecond(state)));
  if (const double left = TimeLeft(state); left >= 0) {
    line += fmt::format("  {} left", DurationText(left));
  }
  return line;
}

void AddPlot(const ProgressState& state, const PanelStyle& style, std::vector<std::string>& lines) {
  const int columns = style.columns - kPlotMargin;
  std::vector<double> losses;
  for (const std::optional<double>& loss : state.losses) {
    losses.push_back(loss.value_or(std::numeric_limits<double>::quiet_NaN()));
  }
  const BlockPlot plot = DrawBlockPlot(losses, columns, kPlotRows);
  for (int row = 0; row < kPlotRows; ++row) {
    std::string label;
    if (row == 0 && std::isfinite(plot.high)) label = fmt::format("{:.4g}", plot.high);
    if (row == kPlotRows - 1 && std::isfinite(plot.low)) label = fmt::format("{:.4g}", plot.low);
    lines.push_back(
        ClipText(fmt::format("{:>{}} {}", label, kPlotMargin - 1, plot.lines[row]), style.columns));
  }
}

// Words, and all measurements as a row of blocks.
std::string HeldOutLine(const ProgressState& state, const PanelStyle& style) {
  std::vector<double> progress;
  const v1::HeldOutRecord* best = nullptr;
  for (const auto& [step, record] : state.held_out) {
    progress.push_back(record.progress());
    if (!best || record.progress() > best->progress()) best = &record;
  }
  const v1::HeldOutRecord& newest = state.held_out.rbegin()->second;
  const std::string words =
      fmt::format("held-out progress {:.3f} at step {}, best {:.3f} at step {}  ",
                  newest.progress(), newest.step(), best->progress(), best->step());
  const int columns = style.columns - static_cast<int>(TextWidth(words));
  if (columns <= 0 || progress.size() == 1) return ClipText(words, style.columns);
  return ClipText(words + DrawBlockPlot(progress, columns, 1).lines[0], style.columns);
}

}  // namespace

void Absorb(const v1::Progress& progress, ProgressState& state) {
  const v1::JobSummary& summary = progress.summary();
  state.job = Printable(summary.job());
  state.state = summary.state();
  state.step = summary.step();
  state.steps = summary.steps();
  state.message = Printable(summary.message());
  state.warning = Printable(summary.warning());
  state.workers = progress.workers();
  if (!progress.event().empty()) state.events.push_back(Printable(progress.event()));
  if (progress.has_held_out()) {
    const v1::HeldOutRecord& measured = progress.held_out();
    const bool is_new = state.held_out.insert({measured.step(), measured}).second;
    if (is_new) state.events.push_back(HeldOutText(measured));
  }
  if (!progress.has_record()) return;
  state.losses.emplace_back();
  if (progress.record().has_mean_loss()) state.losses.back() = progress.record().mean_loss();
  state.diverged += progress.record().diverged();
  state.recent.push_back(progress.record());
  if (state.recent.size() > kRecentSteps) state.recent.pop_front();
}

double InnerStepsPerSecond(const ProgressState& state) {
  double steps = 0;
  for (const v1::OuterStepRecord& record : state.recent) {
    steps += static_cast<double>(record.inner_steps());
  }
  const double seconds = RecentSeconds(state);
  return seconds > 0 ? steps / seconds : 0;
}

double TimeLeft(const ProgressState& state) {
  if (state.recent.empty() || state.state != v1::JOB_STATE_RUNNING) return -1;
  const double per_step = RecentSeconds(state) / static_cast<double>(state.recent.size());
  return static_cast<double>(state.steps - state.step) * per_step;
}

std::vector<std::string> RenderPanel(const ProgressState& state, const PanelStyle& style) {
  std::vector<std::string> lines = {HeadLine(state, style), BarLine(state, style)};
  if (!state.losses.empty()) {
    AddPlot(state, style, lines);
    lines.push_back(ClipText(LossWords(state) + "  " + RateLine(state), style.columns));
  }
  if (!state.held_out.empty()) lines.push_back(HeldOutLine(state, style));
  const std::string& note = state.notice.empty() ? state.message : state.notice;
  if (!note.empty()) lines.push_back(ClipText(note, style.columns));
  return lines;
}

std::string RenderLine(const ProgressState& state) {
  std::string line =
      fmt::format("{}: {}, outer step {} of {} ({:.0f} %)", state.job, StateWord(state.state),
                  state.step, state.steps, 100 * Fraction(state));
  if (!state.losses.empty()) line += ", " + LossWords(state) + ", " + RateLine(state);
  line += ", " + Workers(state.workers);
  if (state.diverged > 0) line += fmt::format(", {} diverged", state.diverged);
  const std::string& note = state.notice.empty() ? state.message : state.notice;
  if (!note.empty()) line += ": " + note;
  return line;
}

}  // namespace paceline
