#include <algorithm>

#include "common/text/evaluation_state.h"
#include "common/text/job_state.h"
#include "coordinator/metrics/coordinator_families.h"

namespace paceline {
namespace {

constexpr int kMostTasks = 64;

void AddQueue(const CoordinatorNumbers& numbers, Families& families) {
  for (int state = v1::JOB_STATE_QUEUED; state < v1::JobState_ARRAYSIZE; ++state) {
    const auto found = numbers.jobs_by_state.find(static_cast<v1::JobState>(state));
    families.Gauge("paceline_jobs", "Jobs that the coordinator knows, by state.",
                   found == numbers.jobs_by_state.end() ? 0 : static_cast<double>(found->second),
                   {{"state", StateWord(static_cast<v1::JobState>(state))}});
  }
  for (const JobNumbers& own : numbers.jobs) {
    const Families::Labels job = {{"name", own.job}};
    families.Gauge("paceline_job_state", "1, of each job that has not ended, with its state.", 1,
                   {{"name", own.job}, {"state", StateWord(own.state)}});
    families.Gauge("paceline_job_outer_step", "Outer steps that the job has done.",
                   static_cast<double>(own.step), job);
    families.Gauge("paceline_job_planned_outer_steps", "Outer steps that the job asks for.",
                   static_cast<double>(own.steps), job);
  }
  families.Gauge("paceline_jobs_left_out",
                 "Jobs that have not ended and are not told one by one, as there are many.",
                 static_cast<double>(numbers.jobs_left_out));
  families.Gauge("paceline_job_waits_for_room",
                 "1 while the job at work waits for room on the coordinator's disk.",
                 numbers.waits_for_room ? 1 : 0);
}

void AddNewestStep(const v1::OuterStepRecord& record, const Families::Labels& job,
                   Families& families) {
  const auto gauge = [&](const char* name, const char* help, double value) {
    families.Gauge(name, help, value, job);
  };
  if (record.has_mean_loss()) {
    gauge("paceline_job_outer_loss", "Outer loss of the newest outer step.", record.mean_loss());
  }
  gauge("paceline_job_gradient_norm", "Norm of its gradient.", record.gradient_norm());
  gauge("paceline_job_update_norm", "Norm of its update of θ.", record.update_norm());
  if (record.has_gradient_variance()) {
    gauge("paceline_job_gradient_variance", "Variance of its gradient, summed over elements.",
          record.gradient_variance());
  }
  gauge("paceline_job_learning_rate", "Its outer learning rate.", record.learning_rate());
  gauge("paceline_job_diverged_particles", "Particles that diverged in it.", record.diverged());
  gauge("paceline_job_contributing_workers", "Workers whose answers counted in it.",
        record.workers());
  for (int i = 0; i < std::min(record.task_losses_size(), kMostTasks); ++i) {
    families.Gauge(
        "paceline_job_task_loss",
        "Its outer loss on one of the job's tasks, by the task's place in the config.",
        record.task_losses(i).mean_loss(),
        {{"name", job.front().second}, {"task", std::to_string(record.task_losses(i).task())}});
  }
}

void AddHeldOut(const JobAtWork& work, Families& families) {
  const auto progress = [&](const char* which, const std::optional<double>& value) {
    if (!value) return;
    families.Gauge("paceline_job_held_out_progress",
                   "How far θ gets on held-out tasks: 1 is as far as the best hand-designed "
                   "optimizer; the newest measurement and the best.",
                   *value, {{"name", work.job}, {"which", which}});
  };
  progress("newest", work.held_out_progress);
  progress("best", work.best_held_out_progress);
  families.Gauge("paceline_job_held_out_pending", "Measurements on held-out tasks under way.",
                 work.held_out_pending, {{"name", work.job}});
}

void AddAtWork(const JobAtWork& work, Families& families) {
  const Families::Labels job = {{"name", work.job}};
  families.Gauge("paceline_job_outer_step_age_seconds",
                 "How long the outer step at hand has taken so far; 0 while the job is paused.",
                 work.step_age_seconds, job);
  families.Gauge("paceline_job_particles", "Particles of an outer step.", work.particles, job);
  families.Gauge("paceline_job_blocks", "Blocks of the job.", work.blocks, job);
  families.Gauge("paceline_job_blocks_without_owner", "Blocks that no worker holds.",
                 work.blocks_without_owner, job);
  families.Gauge("paceline_job_theta_norm", "Norm of θ.", work.theta_norm, job);
  AddHeldOut(work, families);
  if (work.newest) AddNewestStep(*work.newest, job, families);
}

}  // namespace

void AddJobFamilies(const CoordinatorNumbers& numbers, Families& families) {
  AddQueue(numbers, families);
  if (numbers.at_work) AddAtWork(*numbers.at_work, families);
  const CoordinatorCounts& counts = numbers.counts;
  families.Counter("paceline_outer_steps_total", "Outer steps of all jobs.",
                   static_cast<double>(counts.outer_steps));
  families.Counter("paceline_inner_steps_total", "Inner steps of all jobs that counted.",
                   static_cast<double>(counts.inner_steps));
  families.Counter("paceline_diverged_particles_total", "Particles that diverged.",
                   static_cast<double>(counts.diverged_particles));
  families.Counter("paceline_replayed_inner_steps_total",
                   "Inner steps run again to make blocks anew that had moved.",
                   static_cast<double>(counts.replayed_inner_steps));
  families.Histogram("paceline_outer_step_duration_seconds", "How long outer steps took.",
                     counts.outer_step_seconds);
  families.Counter("paceline_outer_step_coordinator_seconds_total",
                   "The coordinator's own share of the outer steps' time.", counts.busy_seconds);
  families.Histogram("paceline_store_commit_duration_seconds",
                     "How long it took to make an outer step durable.", counts.commit_seconds);
}

void AddEvaluationFamilies(const EvaluationCounts& evaluations, Families& families) {
  for (int state = 1; state < v1::EvaluationState_ARRAYSIZE; ++state) {
    const auto found = evaluations.by_state.find(static_cast<v1::EvaluationState>(state));
    families.Gauge("paceline_evaluations", "Evaluations that the coordinator knows, by state.",
                   found == evaluations.by_state.end() ? 0 : static_cast<double>(found->second),
                   {{"state", StateWord(static_cast<v1::EvaluationState>(state))}});
  }
  const auto units = [&](const char* state, uint64_t count) {
    families.Gauge("paceline_evaluation_units",
                   "Units of evaluations that have not ended: done, under way on workers, waiting.",
                   static_cast<double>(count), {{"state", state}});
  };
  const uint64_t begun = evaluations.units_done + evaluations.units_under_way;
  units("done", evaluations.units_done);
  units("under_way", evaluations.units_under_way);
  units("waiting", evaluations.units_known - std::min(begun, evaluations.units_known));
}

}  // namespace paceline
