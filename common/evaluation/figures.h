// The pictures of a report.
#pragma once

#include <string>
#include <vector>

#include "common/evaluation/cast.h"
#include "common/evaluation/metrics.h"

namespace paceline {

struct Figure {
  std::string name;     // of its file, "speed-up"
  std::string title;    // also what is read out
  std::string caption;  // what to see in it, and what is left out
  std::string svg;
};

// Speed-up against share of cases.
Figure SpeedUpFigure(const v1::Evaluation& evaluation, const Metrics& metrics, const Cast& cast);
// Interquartile mean of the speed-up of every contestant, with its interval.
Figure IntervalFigure(const v1::Evaluation& evaluation, const Metrics& metrics, const Cast& cast);
// Share of cases within a regret.
Figure ProfileFigure(const v1::Evaluation& evaluation, const Metrics& metrics, const Cast& cast);
// Wins, draws and losses of a learned contestant against each case's best baseline.
Figure TallyFigure(const v1::Evaluation& evaluation, const Metrics& metrics, uint32_t learned);

// Of every study: final loss against place; speed-up over place and horizon, where there are
// several of both; of those named batch..., updates to a loss that some baseline reaches
// everywhere.
std::vector<Figure> StudyFigures(const v1::Evaluation& evaluation, const Metrics& metrics,
                                 const Cast& cast);

// The curves of the cases of a family or study, small; of all of them with the key above.
Figure CurvesFigure(const v1::Evaluation& evaluation, const Metrics& metrics, const Cast& cast,
                    const std::string& group);
Figure AllCurvesFigure(const v1::Evaluation& evaluation, const Metrics& metrics, const Cast& cast);

// Those that are files beside the report, each once.
std::vector<Figure> MainFigures(const v1::Evaluation& evaluation, const Metrics& metrics);

// "width-64" of any name: at most 60 lower-case letters, digits and hyphens.
std::string FileName(const std::string& name);

}  // namespace paceline
