#include "worker/estimators/study.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "common/config/schema.h"
#include "common/estimator/episodes.h"
#include "common/lopt/layout.h"
#include "fmt/format.h"
#include "worker/estimators/advice.h"
#include "worker/estimators/samples.h"
#include "worker/estimators/variant.h"

namespace paceline {
namespace {

constexpr char kPathwise[] = "pathwise";
constexpr int64_t kTruthBudget = 4;  // times a row's
constexpr int64_t kTasksBudget = 2;

// The grid, with what the options leave open filled in.
struct Grid {
  std::vector<std::string> estimators;
  std::vector<double> sigmas;
  std::vector<int64_t> windows, particles, lengths;
};

std::vector<int64_t> PowersOfTwo(int64_t last) {
  std::vector<int64_t> lengths;
  for (int64_t length = last; length >= 10 && lengths.size() < 6; length /= 2) {
    lengths.insert(lengths.begin(), (length + 9) / 10 * 10);  // full ES goes in tens
  }
  if (lengths.empty()) lengths = {10};
  return lengths;
}

absl::StatusOr<Grid> GridOf(const v1::JobConfig& own, const StudyOptions& options) {
  const int64_t episode = LongestFirstEpisode(own);
  const double sigma = Sigma(own.estimator());
  int64_t window = WindowSteps(own.estimator());
  if (window == 0) window = std::max<int64_t>(1, episode / 10);
  Grid grid{.estimators = options.estimators,
            .sigmas = options.sigmas,
            .windows = options.windows,
            .particles = options.particles,
            .lengths = options.lengths};
  if (grid.estimators.empty()) grid.estimators = EstimatorNames();
  if (grid.sigmas.empty()) grid.sigmas = {sigma / 3, sigma, 3 * sigma};
  if (grid.windows.empty()) {
    grid.windows = {window};
    // One that goes into the episode without a rest, where there is one.
    const auto fits = [&](int64_t times) { return episode % (times * window) == 0; };
    for (const int64_t times : {4, 5, 3, 2, 10}) {
      if (grid.windows.size() == 1 && fits(times)) grid.windows.push_back(times * window);
    }
  }
  if (grid.particles.empty()) grid.particles = {own.estimator().particles()};
  if (grid.lengths.empty()) grid.lengths = PowersOfTwo(episode);
  for (const int64_t given : grid.windows) {
    if (given <= episode) continue;
    return absl::InvalidArgumentError(
        fmt::format("--window {} is longer than an episode, {} steps", given, episode));
  }
  for (const int64_t given : grid.particles) {
    const int64_t block = own.estimator().block();
    if (given <= block || given % block == 0) continue;
    return absl::InvalidArgumentError(
        fmt::format("--particles {} is no multiple of estimator.block, {}", given, block));
  }
  return grid;
}

// One row for a number of particles from what a block of so many gave.
StudyRow Scaled(const StudyRow& of_block, int64_t block, int64_t particles) {
  StudyRow row = of_block;
  const double times = static_cast<double>(particles) / static_cast<double>(block);
  const auto scale = [](Estimated& figure, double factor) {
    figure.value *= factor;
    figure.error *= factor;
  };
  row.particles = particles;
  row.inner_steps *= times;
  scale(row.figures.variance, 1 / times);
  scale(row.figures.signal_to_noise, std::sqrt(times));
  return row;
}

class StudyRunner {
 public:
  StudyRunner(ConfigSource source, v1::JobConfig own, Grid grid, std::vector<float> theta,
              const StudyOptions& options, DataStore& data,
              const std::function<void(const std::string&)>& say)
      : source_(std::move(source)),
        own_(std::move(own)),
        grid_(std::move(grid)),
        theta_(std::move(theta)),
        options_(options),
        data_(data),
        say_(say) {
    study_.job = own_.name();
    study_.episode = LongestFirstEpisode(own_);
    study_.sigma = Sigma(own_.estimator());
    study_.first_window = grid_.windows.front();
    for (const int64_t window : grid_.windows) {
      if (!own_.episode().has_constant() || study_.episode % window == 0) continue;
      study_.notes.push_back(
          fmt::format("with window {} episodes are rounded up to {} steps: another objective",
                      window, (study_.episode + window - 1) / window * window));
    }
    if (own_.estimator().rank() > 0) {
      study_.notes.push_back(
          "estimator.rank: samples are of single blocks, so ranks are among a block's particles");
    }
  }

  absl::StatusOr<Study> Run() {
    for (const double sigma : grid_.sigmas) {
      if (absl::Status status = MeasureSigma(sigma); !status.ok()) return status;
    }
    for (const auto& [sigma, truth] : truths_) {
      TruthRow row{.sigma = sigma};
      if (sigma > TruthSigma()) row.cosine = Compare(truth, truths_.at(TruthSigma())).cosine;
      study_.truths.push_back(row);
    }
    if (absl::Status status = MeasureTasks(); !status.ok()) return status;
    if (absl::Status status = MeasurePathwise(); !status.ok()) return status;
    for (const int64_t length : grid_.lengths) {
      if (!options_.plot) break;
      if (absl::Status status = MeasureLength(length); !status.ok()) return status;
    }
    study_.advice = AdviceOf(study_);
    return std::move(study_);
  }

 private:
  bool Asked(const std::string& name) const {
    return std::ranges::find(grid_.estimators, name) != grid_.estimators.end();
  }
  SampleOptions OptionsFor(int64_t budget) {
    return {.salt = ++salt_, .inner_steps = budget, .threads = options_.threads};
  }
  // The config's block, or fewer particles where fewer are asked for.
  uint32_t BlockFor(int64_t particles) const {
    return static_cast<uint32_t>(std::min<int64_t>(own_.estimator().block(), particles));
  }

  absl::StatusOr<Samples> Sample(const Variant& variant, int64_t budget) {
    const auto config = source_.With(variant);
    if (!config.ok()) return config.status();
    say_(fmt::format("{}, sigma {:.4g}{}", variant.kind, variant.sigma,
                     variant.window > 0 ? fmt::format(", window {}", variant.window) : ""));
    return SampleEs(*config, theta_, OptionsFor(budget), data_);
  }

  // The smoothed objective's gradient at this sigma, whose estimators have no bias: NRES over whole
  // episodes weighs steps as windows do, full ES episodes.
  absl::Status MeasureTruth(double sigma) {
    say_("the truth:");
    const bool whole = own_.estimator().has_full_es();
    auto samples = Sample({.kind = whole ? "full_es" : "nres",
                           .sigma = sigma,
                           .window = whole ? 0 : grid_.windows.front()},
                          kTruthBudget * options_.budget);
    if (!samples.ok()) return samples.status();
    truths_.insert_or_assign(sigma, std::move(samples->replicas));
    return absl::OkStatus();
  }

  absl::Status MeasureSigma(double sigma) {
    if (absl::Status status = MeasureTruth(sigma); !status.ok()) return status;
    for (const std::string& kind : grid_.estimators) {
      if (kind == kPathwise) continue;
      for (const int64_t window : WindowsOf(kind)) {
        if (absl::Status status = MeasureRows(kind, sigma, window); !status.ok()) return status;
      }
    }
    return absl::OkStatus();
  }
  std::vector<int64_t> WindowsOf(const std::string& kind) const {
    return kind == "full_es" ? std::vector<int64_t>{0} : grid_.windows;
  }

  absl::Status MeasureRows(const std::string& kind, double sigma, int64_t window) {
    std::map<uint32_t, StudyRow> of_blocks;
    for (const int64_t particles : grid_.particles) {
      const uint32_t block = BlockFor(particles);
      if (!of_blocks.contains(block)) {
        const std::string name = WithPeriod(kind, window);
        auto samples = Sample({name, sigma, window, block}, options_.budget);
        if (!samples.ok()) return samples.status();
        of_blocks[block] = RowOf(name, sigma, window, *samples);
      }
      study_.rows.push_back(Scaled(of_blocks[block], block, particles));
    }
    return absl::OkStatus();
  }

  // The job's own estimator, by task.
  absl::Status MeasureTasks() {
    if (own_.tasks_size() < 2) return absl::OkStatus();
    say_("the tasks' parts");
    const auto samples = SampleEs(own_, theta_, OptionsFor(kTasksBudget * options_.budget), data_);
    if (!samples.ok()) return samples.status();
    study_.tasks = TaskPartsOf(own_, samples->of_tasks);
    return absl::OkStatus();
  }

  // Half an episode where none is given.
  std::string WithPeriod(const std::string& kind, int64_t window) const {
    if (!HasPeriod(kind)) return kind;  // or it is given
    return fmt::format("{}:{}", kind, std::max<int64_t>(1, study_.episode / (2 * window)) * window);
  }

  StudyRow RowOf(const std::string& kind, double sigma, int64_t window, const Samples& samples) {
    return {.estimator = kind,
            .sigma = sigma,
            .window = window > 0 ? window : study_.episode,
            .inner_steps = samples.inner_steps,
            .figures = Compare(samples.replicas, truths_.at(sigma > 0 ? sigma : TruthSigma())),
            .lost = samples.replicas.lost()};
  }
  // What pathwise gradients, which have no sigma, are compared at: the smallest.
  double TruthSigma() const { return *std::ranges::min_element(grid_.sigmas); }

  absl::Status MeasurePathwise() {
    if (!Asked(kPathwise)) return absl::OkStatus();
    std::vector<int64_t> windows = grid_.windows;
    windows.push_back(0);
    for (const int64_t window : windows) {
      if (window == study_.episode) continue;
      say_(fmt::format("pathwise, window {}", window > 0 ? window : study_.episode));
      auto samples = SamplePathwise(own_, window, theta_, OptionsFor(options_.budget), data_);
      if (absl::IsUnavailable(samples.status())) {
        study_.notes.push_back(fmt::format("no pathwise gradient, window {}: {}",
                                           window > 0 ? window : study_.episode,
                                           std::string(samples.status().message())));
        continue;
      }
      if (!samples.ok()) return samples.status();
      const StudyRow row = RowOf(kPathwise, 0, window, *samples);
      for (const int64_t particles : grid_.particles) {
        study_.rows.push_back(Scaled(row, 1, particles));
      }
    }
    return absl::OkStatus();
  }

  absl::Status MeasureLength(int64_t length) {
    say_(fmt::format("episodes of {} steps", length));
    const auto config =
        source_.With({.kind = "full_es", .sigma = study_.sigma, .block = 1, .episode = length});
    if (!config.ok()) return config.status();
    LengthRow row{.length = length};
    const auto pathwise = SamplePathwise(*config, 0, theta_, OptionsFor(options_.budget), data_);
    if (!pathwise.ok() && !absl::IsUnavailable(pathwise.status())) return pathwise.status();
    if (pathwise.ok()) row.pathwise = Compare(pathwise->replicas, pathwise->replicas).variance;
    const auto es = SampleEs(*config, theta_, OptionsFor(options_.budget), data_);
    if (!es.ok()) return es.status();
    row.es = Compare(es->replicas, es->replicas).variance;
    study_.lengths.push_back(row);
    return absl::OkStatus();
  }

  const ConfigSource source_;
  const v1::JobConfig own_;
  const Grid grid_;
  const std::vector<float> theta_;
  const StudyOptions& options_;
  DataStore& data_;
  const std::function<void(const std::string&)>& say_;
  uint64_t salt_ = 0;
  std::map<double, Replicas> truths_;  // by sigma
  Study study_;
};

absl::Status CheckNames(const std::vector<std::string>& names) {
  const std::vector<std::string> known = EstimatorNames();
  for (const std::string& name : names) {
    const std::string kind = name.substr(0, name.find(':'));
    const bool found = std::ranges::find(known, kind) != known.end();
    if (found && (kind == name || HasPeriod(kind))) continue;
    return absl::InvalidArgumentError(fmt::format("there is no estimator {}; it must be one of {}",
                                                  name, fmt::join(known, ", ")));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Study> RunStudy(const std::string& yaml, const std::string& file_name,
                               const std::vector<std::string>& overrides, std::vector<float> theta,
                               const StudyOptions& options, DataStore& data,
                               const std::function<void(const std::string&)>& say) {
  ConfigSource source(yaml, file_name, overrides);
  const auto own = source.Own();
  if (!own.ok()) return own.status();
  if (absl::Status known = CheckNames(options.estimators); !known.ok()) return known;
  const auto grid = GridOf(*own, options);
  if (!grid.ok()) return grid.status();
  const ThetaLayout layout = LayoutOf(own->optimizer());
  if (theta.empty()) theta = InitialTheta(layout, own->seed());
  if (theta.size() != layout.size) {
    return absl::InvalidArgumentError(fmt::format("theta has {} numbers; the config's {} has {}",
                                                  theta.size(), layout.optimizer, layout.size));
  }
  return StudyRunner(std::move(source), *own, *grid, std::move(theta), options, data, say).Run();
}

}  // namespace paceline
