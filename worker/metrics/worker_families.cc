#include "worker/metrics/worker_routes.h"

namespace paceline {

void AddAgentFamilies(const AgentNumbers& numbers, Families& families) {
  const auto counter = [&](const char* name, const char* help, uint64_t value) {
    families.Counter(name, help, static_cast<double>(value));
  };
  const auto gauge = [&](const char* name, const char* help, uint64_t value) {
    families.Gauge(name, help, static_cast<double>(value));
  };
  counter("paceline_worker_windows_total", "Windows that were answered for.", numbers.windows);
  counter("paceline_worker_inner_steps_total", "Inner steps of these.", numbers.inner_steps);
  counter("paceline_worker_replayed_inner_steps_total",
          "Inner steps run again to make blocks anew.", numbers.replayed_inner_steps);
  counter("paceline_worker_window_failures_total", "Windows that could not be computed.",
          numbers.failures);
  families.Histogram("paceline_worker_window_duration_seconds", "How long windows took.",
                     numbers.window_seconds);
  gauge("paceline_worker_jobs", "Jobs that the worker holds something of.", numbers.jobs);
  gauge("paceline_worker_blocks", "Blocks whose inner state it holds.", numbers.blocks);
  gauge("paceline_worker_windows_waiting", "Windows that wait for a thread.",
        numbers.queue.waiting);
  gauge("paceline_worker_windows_under_way", "Windows that are computed.", numbers.queue.under_way);
  families.Gauge("paceline_worker_longest_window_seconds",
                 "How long the longest of these has taken so far.", numbers.queue.longest_seconds);
  const auto units = [&](const char* result, uint64_t count) {
    families.Counter("paceline_worker_units_total", "Units of evaluations, by what became of them.",
                     static_cast<double>(count), {{"result", result}});
  };
  units("done", numbers.units.done);
  units("failed", numbers.units.failed);
  gauge("paceline_worker_units_waiting", "Units that wait for a thread.", numbers.units.waiting);
  gauge("paceline_worker_units_under_way", "Units that are computed.", numbers.units.under_way);
}

void AddLinkFamilies(const LinkNumbers& numbers, Families& families) {
  families.Gauge("paceline_worker_joined", "1 while the worker is with its coordinator.",
                 numbers.joined ? 1 : 0);
  families.Counter("paceline_worker_joins_total",
                   "How often it has joined: all but the first are reconnections.",
                   static_cast<double>(numbers.joins));
  if (numbers.heard_ago) {
    families.Gauge("paceline_worker_coordinator_silence_seconds",
                   "How long nothing was heard of the coordinator; absent before the first word.",
                   *numbers.heard_ago);
  }
  families.Gauge("paceline_worker_messages_unsent", "Messages on their way to the coordinator.",
                 static_cast<double>(numbers.unsent));
}

}  // namespace paceline
