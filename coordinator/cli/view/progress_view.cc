#include "coordinator/cli/view/progress_view.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <utility>

#include "coordinator/cli/view/job_json.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using std::chrono::seconds;

constexpr auto kPanelPeriod = std::chrono::milliseconds(100);
constexpr auto kLinePeriod = seconds(10);
constexpr int kLineSharesOfJob = 20;

int TerminalColumns() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace

void ProgressView::Take(const v1::Progress& progress) {
  Absorb(progress, state_);
  if (mode_ == ViewMode::kJson) {
    out_ << ProgressJson(progress).dump() << "\n";
    out_.flush();
  }
}

void ProgressView::Refresh(SteadyTime now) {
  if (mode_ == ViewMode::kLines) {
    ShowEvents();
    PrintLine(now);
  }
  if (mode_ == ViewMode::kPanel && now - drawn_at_ >= kPanelPeriod) {
    drawn_at_ = now;
    DrawPanel();
  }
}

void ProgressView::Finish() {
  if (mode_ == ViewMode::kPanel) DrawPanel();
  if (mode_ == ViewMode::kLines) {
    ShowEvents();
    PrintIfNew();
  }
  panel_lines_ = 0;
  if (mode_ != ViewMode::kJson && !state_.warning.empty()) {
    out_ << "warning: " << state_.warning << "\n";
  }
  out_.flush();
}

void ProgressView::ShowEvents() {
  for (const std::string& event : state_.events) out_ << event << "\n";
  state_.events.clear();
}

void ProgressView::DrawPanel() {
  if (state_.job.empty()) return;
  ClearPanel();
  ShowEvents();
  PanelStyle style = style_;
  // A full last column would make some terminals wrap.
  if (style.columns == 0) style.columns = TerminalColumns() - 1;
  const auto lines = RenderPanel(state_, style);
  for (const std::string& line : lines) out_ << line << "\n";
  panel_lines_ = lines.size();
  out_.flush();
}

void ProgressView::ClearPanel() {
  if (panel_lines_ > 0) out_ << fmt::format("\r\x1b[{}A\x1b[J", panel_lines_);
  panel_lines_ = 0;
}

void ProgressView::PrintLine(SteadyTime now) {
  const auto share = [&](int64_t step) {
    return state_.steps > 0 ? step * kLineSharesOfJob / state_.steps : 0;
  };
  const bool changed = state_.state != printed_state_ || state_.notice != printed_notice_;
  const bool moved = state_.step != printed_step_ &&
                     (share(state_.step) != share(printed_step_) || now - drawn_at_ >= kLinePeriod);
  if (state_.job.empty() || !(changed || moved)) return;
  PrintIfNew();
  drawn_at_ = now;
  printed_state_ = state_.state;
  printed_notice_ = state_.notice;
  printed_step_ = state_.step;
}

void ProgressView::PrintIfNew() {
  std::string line = RenderLine(state_);
  if (state_.job.empty() || line == printed_line_) return;
  out_ << line << std::endl;
  printed_line_ = std::move(line);
}

}  // namespace paceline
