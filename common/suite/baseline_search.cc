#include "common/suite/baseline_search.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "common/baseline/transferred.h"
#include "common/noise/streams.h"

namespace paceline {
namespace {

constexpr int kMostWidenings = 3;
// How many run once more, and by how many times as many trainings.
constexpr size_t kFinalists = 6;
constexpr uint32_t kMoreTrainings = 4;
// A widening tries this part of the budget again.
constexpr uint32_t kPart = 4;
// Part of a range that counts as its edge.
constexpr double kEdge = 0.04;

bool HasRange(const Knob& knob) {
  return knob.scale == Scale::kLog || knob.scale == Scale::kLogOfComplement;
}

void Set(v1::BaselineSetting& setting, std::string_view name, double value) {
  for (v1::Hyperparameter& own : *setting.mutable_values()) {
    if (own.name() == name) return own.set_value(value);
  }
  v1::Hyperparameter& added = *setting.add_values();
  added.set_name(std::string(name));
  added.set_value(value);
}

// The part by which a range was widened.
Knob Between(const Knob& knob, const Knob& widened, Side side) {
  Knob part = widened;
  side == Side::kHigh ? part.low = knob.high : part.high = knob.low;
  return part;
}

}  // namespace

BaselineSearch::BaselineSearch(const BaselineRule& rule, const BaselineBudget& budget, uint64_t key)
    : rule_(rule), budget_(budget), key_(key), best_(TransferredSetting(rule)) {
  for (size_t k = 0; k < rule.knobs.size(); ++k) {
    const Knob& knob = rule.knobs[k];
    if (HasRange(knob) && (k == 0 || knob.searched)) axes_.push_back({knob});
  }
  if (budget.kind == BaselineBudget::Kind::kRates) {
    axes_.resize(1);
    round_ = Rates();
  } else if (budget.kind == BaselineBudget::Kind::kTrials) {
    round_ = Draws();
  }
}

void BaselineSearch::Take(const std::vector<double>& losses) {
  if (last_) tried_.clear();
  for (size_t i = 0; i < round_.size() && i < losses.size(); ++i) {
    const double loss =
        std::isfinite(losses[i]) ? losses[i] : std::numeric_limits<double>::infinity();
    tried_.push_back({round_[i], loss});
  }
  std::ranges::stable_sort(tried_, {}, &Trial::loss);
  if (!tried_.empty()) best_ = tried_.front().setting;
  if (last_) return round_.clear();
  trials_ += round_.size();
  round_ = widenings_++ < kMostWidenings ? Widened() : std::vector<v1::BaselineSetting>();
  if (!round_.empty()) return;
  last_ = true;
  for (size_t i = 0; i < tried_.size() && i < kFinalists; ++i) round_.push_back(tried_[i].setting);
}

BaselineSearch::Trainings BaselineSearch::TrainingsOf(uint32_t seeds) const {
  return last_ ? Trainings{seeds, kMoreTrainings * seeds} : Trainings{0, seeds};
}

std::vector<std::string> BaselineSearch::at_edge() const {
  std::vector<std::string> names;
  if (trials_ == 0) return names;
  for (const Axis& axis : axes_) {
    if (EdgeOf(axis)) names.emplace_back(axis.knob.name);
  }
  return names;
}

double BaselineSearch::Best(const Axis& axis) const {
  return ValueOf(best_, rule_, axis.knob.name);
}

std::optional<Side> BaselineSearch::EdgeOf(const Axis& axis) const {
  const double place = PlaceOf(axis.knob, Best(axis));
  if (place < kEdge) return Side::kLow;
  if (place > 1 - kEdge) return Side::kHigh;
  return std::nullopt;
}

double BaselineSearch::Uniform() {
  return UniformAt({.key = key_, .purpose = Purpose::kTaskSample}, drawn_++);
}

std::vector<v1::BaselineSetting> BaselineSearch::Rates() const {
  const Knob& rate = axes_.front().knob;
  std::vector<v1::BaselineSetting> settings;
  for (uint32_t i = 0; i < budget_.count; ++i) {
    v1::BaselineSetting& own = settings.emplace_back(best_);
    const double place = budget_.count == 1 ? 0.5 : i / (budget_.count - 1.0);
    Set(own, rate.name, KnobAt(rate, place));
  }
  return settings;
}

std::vector<v1::BaselineSetting> BaselineSearch::Draws() {
  std::vector<v1::BaselineSetting> settings = {best_};
  while (settings.size() < budget_.count) {
    v1::BaselineSetting own = best_;
    for (const Knob& knob : rule_.knobs) {
      if (knob.searched) Set(own, knob.name, KnobAt(knob, Uniform()));
    }
    settings.push_back(std::move(own));
  }
  return settings;
}

std::vector<BaselineSearch::Part> BaselineSearch::Widen() {
  std::vector<Part> parts;
  for (Axis& axis : axes_) {
    const std::optional<Side> side = EdgeOf(axis);
    if (!side) continue;
    const Knob widened = paceline::Widened(axis.knob, *side);
    if (widened.low == axis.knob.low && widened.high == axis.knob.high) continue;
    parts.push_back({Between(axis.knob, widened, *side), *side});
    axis.knob = widened;
  }
  return parts;
}

std::vector<v1::BaselineSetting> BaselineSearch::Widened() {
  const std::vector<Part> parts = Widen();
  if (parts.empty()) return {};
  const uint32_t count = std::max(1u, budget_.count / kPart);
  std::vector<v1::BaselineSetting> settings(count, best_);
  for (uint32_t i = 0; i < count; ++i) {
    for (const Part& part : parts) {
      const double step = (i + 1.0) / count;
      const double grid = part.side == Side::kHigh ? step : 1 - step;
      const bool rates = budget_.kind == BaselineBudget::Kind::kRates;
      Set(settings[i], part.beyond.name, KnobAt(part.beyond, rates ? grid : Uniform()));
    }
  }
  return settings;
}

}  // namespace paceline
