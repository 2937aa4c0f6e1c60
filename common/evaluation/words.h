// Figures and names as people read them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/evaluation/metrics.h"

namespace paceline {

// "0.6126", "1.234e+05": four digits.
std::string FigureText(double value);
// "0.6126 [0.5931, 0.6321]"; without the interval where it is infinite.
std::string WithInterval(double value, const Interval& interval);
// With so many decimals; "-" for none.
std::string EstimateText(const std::optional<Estimate>& estimate, int decimals = 2);
// "12", "0.027": two digits, or all before the point.
std::string RoundedText(double value);
std::string PercentText(double part);                        // "45 %"
std::string OrdinalText(uint32_t number);                    // "1st", "22nd"
std::string CountOf(uint64_t count, std::string_view noun);  // "1 run", "2 runs"
// "2 diverged, 1 collapsed"
std::string FailuresText(const FateCounts& failures);
std::string_view FateText(Fate fate);
std::string_view ContestText(Contest contest);  // "win", "draw", "loss"
std::string TallyText(const Tally& tally);      // "12 / 3 / 45"

// Its title, with its budget if that does not say so.
std::string NameOf(const v1::Contestant& contestant);
// "image MLP 8x8 [64] relu, batch 128, 1000 steps"
std::string NameOf(const v1::EvaluationCase& its_case);
// "learning_rate 0.01, warm-up 0.05 (edge)"; hyperparameters that were best at an edge are marked.
std::string SettingText(const v1::EvaluationEntry& entry);

// The parts that are not empty.
std::vector<std::string> SplitAt(std::string_view text, char separator);
// Lines of at most 100 columns, each ended.
std::string Wrapped(std::string_view text);

}  // namespace paceline
