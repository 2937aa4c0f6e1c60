// Which estimators are measured at which settings, and what comes of it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "paceline/v1/job_config.pb.h"
#include "worker/data/dataset.h"
#include "worker/estimators/figures.h"
#include "worker/estimators/task_parts.h"

namespace paceline {

struct StudyOptions {
  std::vector<std::string> estimators;  // EstimatorNames(), or some of them; empty: all
  std::vector<double> sigmas;           // empty: the config's, a third and three times of it
  std::vector<int64_t> windows;         // empty: the config's, and four times of it
  std::vector<int64_t> particles;       // empty: the config's
  std::vector<int64_t> lengths;         // of the plot; empty: powers of two up to the episode's
  int64_t budget = 200'000;             // inner steps of one row, all its runs
  int threads = 1;
  bool plot = true;  // measure what only the plot shows
};

// One estimator at one setting.
struct StudyRow {
  std::string estimator;   // "pes", "pathwise"
  double sigma = 0;        // 0: none
  int64_t window = 0;      // in inner steps; the episode's where the estimator has none
  int64_t particles = 0;   // antithetic pairs; of pathwise, runs
  double inner_steps = 0;  // of one estimate
  Figures figures;         // of one estimate, beside the truth at this sigma
  size_t lost = 0;         // samples that were not finite

  double CostedVariance() const { return figures.variance.value * inner_steps; }
};

// Variance of one estimate by one pair, or one run, over whole episodes of a length.
struct LengthRow {
  int64_t length = 0;
  Estimated es = {};
  std::optional<Estimated> pathwise = {};  // where there is one
};

// The objective's gradient at one sigma.
struct TruthRow {
  double sigma = 0;
  std::optional<Estimated> cosine = {};  // to that at the smallest sigma; of that itself: none
};

struct Study {
  std::string job;
  int64_t episode = 0;         // inner steps of the longest
  double sigma = 0;            // the config's
  std::vector<StudyRow> rows;  // in the order of measuring
  std::vector<LengthRow> lengths;
  std::vector<TruthRow> truths;
  std::vector<TaskPart> tasks;     // of the config's own setting; empty for a single task
  int64_t first_window = 0;        // of those measured
  std::vector<std::string> notes;  // what was left out, and why
  std::string advice;
};

// The kinds of the config's schema, and "pathwise".
std::vector<std::string> EstimatorNames();
// Whether the kind has a noise period, which may be given behind it: "gpes:400".
bool HasPeriod(const std::string& kind);

// `yaml` is the config's text, `overrides` as `--set`; theta is empty for θ₀. InvalidArgument lists
// what is wrong. `say` is told what is being measured. The same result every time, whatever the
// number of threads.
absl::StatusOr<Study> RunStudy(const std::string& yaml, const std::string& file_name,
                               const std::vector<std::string>& overrides, std::vector<float> theta,
                               const StudyOptions& options, DataStore& data,
                               const std::function<void(const std::string&)>& say);

}  // namespace paceline
