// What the coordinator counts and measures of itself, as plain data, for whoever watches over it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/distribution.h"
#include "coordinator/evaluate/desk.h"
#include "coordinator/job/answer_sheet.h"
#include "coordinator/lease/conduct.h"
#include "coordinator/lease/crew.h"
#include "paceline/v1/job.pb.h"

namespace paceline {

// Since the coordinator started, of all jobs together: these only rise.
struct CoordinatorCounts {
  uint64_t outer_steps = 0;
  // Of these outer steps.
  uint64_t inner_steps = 0, replayed_inner_steps = 0, diverged_particles = 0;
  double busy_seconds = 0;  // the coordinator's own share of them
  uint64_t workers_joined = 0, workers_lost = 0;
  uint64_t windows_remade = 0;
  uint64_t failures = 0;  // that workers reported
  std::map<Verdict, uint64_t> answers = {};
  // Of jobs that are deleted.
  RefusalCounts deleted_refusals = {};
  AuditCounts deleted_audits = {};
  Distribution outer_step_seconds{SecondsBounds()};
  Distribution commit_seconds{ShortSecondsBounds()};
  // Of answers that counted, in outer steps.
  Distribution answer_ages{{0, 1, 2, 4, 8, 16, 32, 64}};
  // A value for each worker that answered and each outer step, in inner steps per second.
  Distribution worker_speeds{{1, 10, 100, 1e3, 3e3, 1e4, 3e4, 1e5, 3e5, 1e6, 1e7}};

  // An outer step of a job of so many blocks has been committed.
  void Add(const v1::OuterStepRecord& record, uint32_t blocks);
};

enum class WorkerState {
  kWorking,     // holds blocks of the job at work
  kIdle,        // could hold some
  kMismatched,  // its engine, build, plug-ins or data are not the job's
  kGivenUp,     // it failed or lied: it gets no more of the job
};

struct WorkersNumbers {
  std::map<WorkerState, int64_t> by_state = {};
  std::map<std::string, int64_t> by_device = {};   // "cpu", "cuda", "unknown"
  std::map<std::string, int64_t> by_version = {};  // at most kMostVersions, and "other"
  double longest_silence_seconds = 0;
  uint64_t resident_bytes = 0;  // of those that tell

  static constexpr size_t kMostVersions = 10;
};

// Of a job that has not ended.
struct JobNumbers {
  std::string job = {};
  v1::JobState state = v1::JOB_STATE_UNSPECIFIED;
  int64_t step = 0, steps = 0;
};

// Of the job that is in memory: running, or paused while no other runs.
struct JobAtWork {
  std::string job = {};
  bool runs = false;
  std::optional<v1::OuterStepRecord> newest = {};  // since it was loaded
  uint32_t particles = 0;                          // of an outer step
  uint32_t blocks = 0, blocks_without_owner = 0;
  double theta_norm = 0;
  double step_age_seconds = 0;  // of the outer step at hand
  std::optional<double> held_out_progress = {}, best_held_out_progress = {};
  uint32_t held_out_pending = 0;
};

struct CoordinatorNumbers {
  CoordinatorCounts counts = {};
  RefusalCounts refusals = {};
  AuditCounts audits = {};
  std::map<v1::JobState, int64_t> jobs_by_state = {};
  // At most kMostJobs: the one at work, then those that were submitted first.
  std::vector<JobNumbers> jobs = {};
  int64_t jobs_left_out = 0;
  std::optional<JobAtWork> at_work = {};
  WorkersNumbers workers = {};
  EvaluationCounts evaluations = {};
  bool waits_for_room = false;

  static constexpr size_t kMostJobs = 50;
};

// By what a worker says of it, which is for people.
const char* DeviceKind(const std::string& device);

}  // namespace paceline
