#include "coordinator/http/http_json.h"

#include <cmath>

#include "common/task/facts.h"
#include "common/text/evaluation_state.h"
#include "common/text/job_state.h"
#include "common/tier/tier.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using nlohmann::ordered_json;

ordered_json If(bool there, double value) { return there ? FiniteJson(value) : ordered_json(); }

// "image MLP 8x8 [64] relu" of "an image MLP 8x8 [64] relu".
std::string TaskText(const v1::Task& task) {
  const std::string text = FactsOf(task).article_and_name;
  return text.substr(std::min(text.size(), text.find(' ') + 1));
}

}  // namespace

ordered_json FiniteJson(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json();
}

ordered_json TimeJson(int64_t unix_ms) {
  return unix_ms == 0 ? ordered_json() : ordered_json(unix_ms);
}

ordered_json JobJson(const v1::JobSummary& job) {
  return {{"job", job.job()},
          {"state", StateWord(job.state())},
          {"step", job.step()},
          {"steps", job.steps()},
          {"loss", If(job.has_mean_loss(), job.mean_loss())},
          {"recent_loss", If(job.has_recent_loss(), job.recent_loss())},
          {"message", job.message()},
          {"warning", job.warning()},
          {"submitter", job.submitter()},
          {"priority", job.priority()},
          {"submitted_ms", TimeJson(job.submitted_unix_ms())},
          {"started_ms", TimeJson(job.started_unix_ms())},
          {"ended_ms", TimeJson(job.ended_unix_ms())},
          {"seconds_left", If(job.has_seconds_left(), job.seconds_left())},
          {"inner_steps_per_second",
           If(job.inner_steps_per_second() > 0, job.inner_steps_per_second())},
          {"progress_of_best", If(job.has_best_held_out(), job.best_held_out().progress())}};
}

ordered_json JobDetailJson(const v1::JobDetail& job) {
  ordered_json refusals = ordered_json::array(), tasks = ordered_json::array();
  for (const v1::RefusalCount& refused : job.refusals()) {
    refusals.push_back({{"refusal", refused.refusal()}, {"count", refused.count()}});
  }
  for (const v1::Task& task : job.config().tasks()) tasks.push_back(TaskText(task));
  return {{"summary", JobJson(job.summary())},
          {"parameters", job.parameters()},
          {"theta_hash", fmt::format("{:016x}", job.theta_hash())},
          {"fingerprint", job.fingerprint()},
          {"inner_steps", job.inner_steps()},
          {"diverged", job.diverged_particles()},
          {"refusals", refusals},
          {"audits", job.audits()},
          {"audit_mismatches", job.audit_mismatches()},
          {"tasks", tasks},
          {"folder", job.folder()}};
}

ordered_json MeasuredJson(const v1::HeldOutRecord& record) {
  ordered_json cases = ordered_json::array();
  for (const v1::HeldOutCase& own : record.cases()) {
    cases.push_back({{"key", own.key()},
                     {"loss", FiniteJson(own.loss())},
                     {"progress", FiniteJson(own.progress())}});
  }
  return {{"step", record.step()},
          {"evaluation", record.evaluation()},
          {"progress", FiniteJson(record.progress())},
          {"place", record.place()},
          {"contestants", record.contestants()},
          {"runs", record.runs()},
          {"failed", record.failed()},
          {"cases", cases},
          {"unix_ms", record.unix_ms()}};
}

ordered_json WorkerRowJson(const v1::WorkerSummary& worker) {
  ordered_json engines = ordered_json::array();
  for (const v1::TierFingerprint& own : worker.fingerprints()) {
    engines.push_back(TierName(own.tier()));
  }
  return {{"id", worker.worker_id()},
          {"name", worker.name()},
          {"peer", worker.peer()},
          {"device", worker.device()},
          {"version", worker.version()},
          {"protocol", worker.protocol()},
          {"threads", worker.threads()},
          {"blocks", worker.blocks()},
          {"units", worker.units()},
          {"inner_steps_per_second", FiniteJson(worker.inner_steps_per_second())},
          {"resident_bytes", worker.resident_bytes()},
          {"memory_bytes", worker.memory_bytes()},
          {"seconds_since_heard", FiniteJson(worker.seconds_since_heard())},
          {"answers", worker.answers()},
          {"identity", worker.identity()},
          {"engines", engines}};
}

ordered_json WorkersJson(const v1::ListWorkersReply& workers) {
  double together = 0;
  for (const v1::WorkerSummary& worker : workers.workers()) {
    together += worker.inner_steps_per_second();
  }
  return {{"workers", workers.workers_size()}, {"inner_steps_per_second", FiniteJson(together)}};
}

ordered_json EvaluationJson(const v1::EvaluationSummary& evaluation) {
  return {{"evaluation", evaluation.evaluation()},
          {"state", StateWord(evaluation.state())},
          {"units_done", evaluation.units_done()},
          {"units_known", evaluation.units_known()},
          {"seconds_left", If(evaluation.has_seconds_left(), evaluation.seconds_left())},
          {"message", evaluation.message()},
          {"submitted_ms", TimeJson(evaluation.submitted_unix_ms())},
          {"ended_ms", TimeJson(evaluation.ended_unix_ms())},
          {"job", evaluation.job()},
          {"job_step", evaluation.job_step()},
          {"submitter", evaluation.submitter()}};
}

ordered_json CallerJson(const Caller& caller) {
  return {{"name", caller.name},
          {"role", RoleWord(caller.role)},
          {"shown_by", caller.shown_by},
          {"expires_ms", TimeJson(caller.expires_ms)},
          {"job_prefix", caller.job_prefix}};
}

std::string JsonText(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

HttpReply JsonReply(const ordered_json& json, int status) {
  return {.status = status, .content_type = "application/json", .body = JsonText(json) + "\n"};
}

HttpReply ErrorReply(const absl::Status& status) {
  const ordered_json json = {{"error",
                              {{"code", absl::StatusCodeToString(status.code())},
                               {"message", std::string(status.message())}}}};
  return JsonReply(json, HttpStatusOf(status.code()));
}

int HttpStatusOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return 200;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return 400;
    case absl::StatusCode::kUnauthenticated:
      return 401;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
      return 409;
    case absl::StatusCode::kResourceExhausted:
      return 429;
    case absl::StatusCode::kUnavailable:
      return 503;
    default:
      return 500;
  }
}

}  // namespace paceline
