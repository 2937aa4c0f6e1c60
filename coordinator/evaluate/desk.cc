#include "coordinator/evaluate/desk.h"

#include <algorithm>
#include <utility>

#include "common/evaluation/held_out.h"
#include "common/log/fields.h"
#include "common/text/evaluation_state.h"
#include "common/trace/current.h"
#include "spdlog/spdlog.h"

namespace paceline {
namespace {

// What the file of outcomes knows is taken while workers wait: of every turn at most so much, and
// before the first one.
constexpr std::chrono::milliseconds kReplayPatience{10}, kLoadPatience{5000};

}  // namespace

absl::StatusOr<std::unique_ptr<EvaluationDesk>> EvaluationDesk::Open(Options options,
                                                                     const Clock& clock) {
  std::unique_ptr<EvaluationDesk> desk(new EvaluationDesk(std::move(options), clock));
  if (absl::Status loaded = desk->Load(); !loaded.ok()) return loaded;
  return desk;
}

absl::Status EvaluationDesk::Load() {
  auto records = archive_.Records();
  if (!records.ok()) return records.status();
  for (v1::EvaluationRecord& record : *records) {
    next_number_ = record.number() + 1;
    entries_.push_back(std::make_unique<Entry>());
    entries_.back()->record = std::move(record);
    if (!HasEnded(entries_.back()->record.state())) LoadRun(*entries_.back());
  }
  return absl::OkStatus();
}

void EvaluationDesk::LoadRun(Entry& entry) {
  auto request = archive_.Request(entry.record.evaluation());
  absl::Status status = request.status();
  if (status.ok()) {
    auto submission = CheckSubmission(*std::move(request));
    if (submission.ok()) {
      Begin(entry, *std::move(submission));
      return entry.run->Replay(kLoadPatience);
    }
    status = submission.status();
  }
  End(entry, v1::EVALUATION_STATE_FAILED, std::string(status.message()));
}

void EvaluationDesk::Begin(Entry& entry, Submission submission) {
  if (!submission.plan) MakePlan(submission);
  entry.run = std::make_unique<EvaluationRun>(
      EvaluationRun::Options{.name = entry.record.evaluation(),
                             .outcomes_path = archive_.outcomes(),
                             .pinned = ParsePinned(entry.record.fingerprint()),
                             .counted = entry.record.counted(),
                             .next_attempt = &next_attempt_,
                             .traceparent = ToTraceparent(CurrentTrace())},
      std::move(submission), clock_);
  for (const auto& [id, worker] : workers_) entry.run->Join(worker);
}

// ---- workers

void EvaluationDesk::Join(const Worker& worker) {
  if (worker.unit_threads == 0) return;
  workers_[worker.id] = worker;
  for (const auto& entry : entries_) {
    if (entry->run) entry->run->Join(worker);
  }
}

void EvaluationDesk::Lose(WorkerId worker) {
  if (workers_.erase(worker) == 0) return;
  for (const auto& entry : entries_) {
    if (entry->run) entry->run->Lose(worker);
  }
}

void EvaluationDesk::Receive(WorkerId from, const v1::EvaluationData& data) {
  Entry* entry = AtWork(data.evaluation());
  if (!entry) return;
  entry->run->Take(from, data);
  Settle(*entry);
}

void EvaluationDesk::Receive(WorkerId from, const v1::EvaluationAnswer& answer) {
  Entry* entry = AtWork(answer.evaluation());
  if (!entry) return;
  entry->run->Take(from, answer);
  Settle(*entry);
}

std::vector<Outgoing> EvaluationDesk::Work(const std::function<bool(WorkerId)>& trains) {
  for (const auto& entry : entries_) {
    if (entry->dirty) Store(*entry);
    if (!entry->run) continue;
    entry->run->PinEngine();
    entry->run->Replay(kReplayPatience);
    ServeAll(*entry, trains);
    Settle(*entry);
  }
  return std::exchange(outbox_, {});
}

// One unit for each in turn, so that all get some.
void EvaluationDesk::ServeAll(Entry& entry, const std::function<bool(WorkerId)>& trains) {
  std::map<WorkerId, uint32_t> room;
  for (const auto& [id, worker] : workers_) room[id] = RoomOn(worker, trains);
  for (bool any = true; any;) {
    any = false;
    for (auto& [id, left] : room) {
      if (left == 0) continue;
      const bool served = entry.run->Serve(id, outbox_);
      left = served ? left - 1 : 0;
      any |= served;
    }
  }
}

uint32_t EvaluationDesk::UnderWay(WorkerId worker) const {
  uint32_t sum = 0;
  for (const auto& entry : entries_) {
    if (entry->run) sum += entry->run->UnderWay(worker);
  }
  return sum;
}

uint32_t EvaluationDesk::RoomOn(const Worker& worker,
                                const std::function<bool(WorkerId)>& trains) const {
  const uint32_t under_way = UnderWay(worker.id);
  if (under_way >= worker.unit_threads) return 0;
  const uint32_t most = trains(worker.id) ? 1 : worker.unit_threads;
  return most > under_way ? most - under_way : 0;
}

// ---- how an evaluation stands

void EvaluationDesk::Settle(Entry& entry) {
  EvaluationRun& run = *entry.run;
  for (const std::string& text : run.TakeNews()) Note(entry, text);
  v1::EvaluationRecord& record = entry.record;
  const std::string fingerprint = run.pinned().ToText();
  const bool began = record.state() == v1::EVALUATION_STATE_QUEUED && run.under_way() > 0;
  if (record.fingerprint() != fingerprint || record.counted() != run.counted() || began) {
    record.set_fingerprint(fingerprint);
    record.set_counted(run.counted());
    if (began) {
      record.set_state(v1::EVALUATION_STATE_RUNNING);
      record.set_started_unix_ms(clock_.UnixMillis());
    }
    Store(entry);
  }
  if (!run.failure().ok()) {
    return End(entry, v1::EVALUATION_STATE_FAILED, std::string(run.failure().message()));
  }
  if (run.done()) Succeed(entry);
}

// The result comes before the state that promises it.
void EvaluationDesk::Succeed(Entry& entry) {
  const v1::Evaluation result = entry.run->Result();
  const absl::Status kept = archive_.KeepResult(entry.record.evaluation(), result);
  if (kept.ok()) {
    if (!entry.record.job().empty()) NoteHeldOut(entry.record, result);
    return End(entry, v1::EVALUATION_STATE_SUCCEEDED, "");
  }
  const std::string text = "the result cannot be written: " + std::string(kept.message());
  if (entry.record.message() == text) return;
  entry.record.set_message(text);
  Note(entry, text);
}

void EvaluationDesk::NoteHeldOut(v1::EvaluationRecord& record, const v1::Evaluation& result) {
  v1::HeldOutRecord& held_out = *record.mutable_held_out();
  held_out = HeldOutOf(result);
  held_out.set_step(record.job_step());
  held_out.set_evaluation(record.evaluation());
  held_out.set_unix_ms(clock_.UnixMillis());
  held_out_.emplace_back(record.job(), held_out);
}

void EvaluationDesk::End(Entry& entry, v1::EvaluationState state, const std::string& message) {
  if (entry.run) {
    entry.record.set_units_done(entry.run->progress().units_done);
    entry.record.set_units_known(entry.run->progress().units_known);
    for (Outgoing& outgoing : entry.run->Dismiss()) outbox_.push_back(std::move(outgoing));
    entry.run.reset();
  }
  entry.record.set_state(state);
  entry.record.set_message(message);
  entry.record.set_ended_unix_ms(clock_.UnixMillis());
  Note(entry, message.empty() ? StateWord(state) : StateWord(state) + ": " + message);
}

void EvaluationDesk::Note(Entry& entry, const std::string& text) {
  constexpr int kMostEvents = 200;
  const ScopedLogFields fields({{"evaluation", entry.record.evaluation()}});
  spdlog::info("evaluation {}: {}", entry.record.evaluation(), text);
  auto& events = *entry.record.mutable_events();
  *events.Add() = text;
  if (events.size() > kMostEvents) events.erase(events.begin());
  Store(entry);
}

// What cannot be stored is tried again: all that is lost until then is found out anew.
void EvaluationDesk::Store(Entry& entry) {
  const absl::Status stored = archive_.Update(entry.record);
  if (!stored.ok() && !entry.dirty) {
    spdlog::error("evaluation {}: {}", entry.record.evaluation(), std::string(stored.message()));
  }
  entry.dirty = !stored.ok();
  Tell();
}

}  // namespace paceline
