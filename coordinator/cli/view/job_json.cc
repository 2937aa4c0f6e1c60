#include "coordinator/cli/view/job_json.h"

#include "common/text/job_state.h"
#include "common/tier/tier.h"
#include "coordinator/log/record_json.h"
#include "nlohmann/json.hpp"

namespace paceline {

using nlohmann::ordered_json;

ordered_json SummaryJson(const v1::JobSummary& summary) {
  ordered_json json = {
      {"job", summary.job()},
      {"state", StateWord(summary.state())},
      {"step", summary.step()},
      {"steps", summary.steps()},
      {"mean_loss", summary.has_mean_loss() ? NumberJson(summary.mean_loss()) : ordered_json()},
      {"recent_loss",
       summary.has_recent_loss() ? NumberJson(summary.recent_loss()) : ordered_json()},
      {"recent_steps", summary.recent_steps()},
      {"message", summary.message()},
      {"warning", summary.warning()},
      {"submitted_unix_ms", summary.submitted_unix_ms()},
      {"started_unix_ms", summary.started_unix_ms()},
      {"ended_unix_ms", summary.ended_unix_ms()},
      {"submitter", summary.submitter()},
      {"priority", summary.priority()}};
  if (summary.has_seconds_left()) json["seconds_left"] = NumberJson(summary.seconds_left());
  if (summary.held_out_pending() > 0) json["held_out_pending"] = summary.held_out_pending();
  if (summary.has_held_out()) json["held_out"] = HeldOutJson(summary.held_out());
  if (summary.has_best_held_out()) json["best_held_out"] = HeldOutJson(summary.best_held_out());
  return json;
}

ordered_json DetailJson(const v1::JobDetail& detail) {
  ordered_json json = SummaryJson(detail.summary());
  json["parameters"] = detail.parameters();
  json["fingerprint"] = detail.fingerprint();
  json["folder"] = detail.folder();
  json["inner_steps"] = detail.inner_steps();
  json["diverged_particles"] = detail.diverged_particles();
  auto refusals = ordered_json::object();
  for (const v1::RefusalCount& refused : detail.refusals()) {
    refusals[refused.refusal()] = refused.count();
  }
  json["refusals"] = refusals;
  json["audits"] = detail.audits();
  json["audit_mismatches"] = detail.audit_mismatches();
  json["events"] = ordered_json(detail.events());
  json["source_yaml"] = detail.source_yaml();
  return json;
}

ordered_json ProgressJson(const v1::Progress& progress) {
  ordered_json json = SummaryJson(progress.summary());
  json["workers"] = progress.workers();
  if (!progress.event().empty()) json["event"] = progress.event();
  if (progress.has_record()) json["record"] = RecordJson(progress.record());
  // That of the summary is the newest, whatever the news.
  if (progress.has_held_out()) json["measured"] = HeldOutJson(progress.held_out());
  return json;
}

ordered_json LogEntryJson(const v1::LogEntry& entry) {
  ordered_json json = {{"unix_ms", entry.unix_ms()}};
  if (entry.has_event()) json["event"] = entry.event();
  if (entry.has_record()) json["record"] = RecordJson(entry.record());
  if (entry.has_held_out()) json["held_out"] = HeldOutJson(entry.held_out());
  return json;
}

ordered_json WorkerJson(const v1::WorkerSummary& worker) {
  auto fingerprints = ordered_json::object();
  for (const v1::TierFingerprint& own : worker.fingerprints()) {
    fingerprints[TierName(own.tier())] = own.fingerprint();
  }
  return {{"worker_id", worker.worker_id()},
          {"name", worker.name()},
          {"peer", worker.peer()},
          {"version", worker.version()},
          {"protocol", worker.protocol()},
          {"device", worker.device()},
          {"identity", worker.identity()},
          {"threads", worker.threads()},
          {"memory_bytes", worker.memory_bytes()},
          {"resident_bytes", worker.resident_bytes()},
          {"fingerprints", fingerprints},
          {"blocks", worker.blocks()},
          {"units", worker.units()},
          {"answers", worker.answers()},
          {"seconds_since_heard", NumberJson(worker.seconds_since_heard())},
          {"inner_steps_per_second", NumberJson(worker.inner_steps_per_second())}};
}

}  // namespace paceline
