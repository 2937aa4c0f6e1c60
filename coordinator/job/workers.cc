#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/log/fields.h"
#include "coordinator/job/busy_timer.h"
#include "coordinator/job/coordinator.h"
#include "coordinator/job/set_aside.h"
#include "coordinator/roster/foreign_text.h"
#include "spdlog/spdlog.h"

namespace paceline {
namespace {

std::string FingerprintsText(const Worker& worker) {
  return absl::StrJoin(worker.fingerprints, " | ",
                       [](std::string* out, const auto& own) { absl::StrAppend(out, own.second); });
}

}  // namespace

absl::StatusOr<WorkerId> Coordinator::Join(const v1::Hello& said, const std::string& peer,
                                           std::shared_ptr<WorkerLink> link,
                                           const std::string& identity) {
  BusyTimer busy(clock_, busy_);
  v1::Hello hello = said;
  CleanTexts(hello);
  const ScopedLogFields fields({{"worker", hello.name()}});
  auto id = roster_.Join(hello, peer, identity);
  if (!id.ok()) {
    spdlog::warn("worker at {} refused: {}", peer, std::string(id.status().message()));
    return id.status();
  }
  auto welcome = std::make_shared<v1::CoordinatorMessage>();
  welcome->mutable_welcome()->set_worker_id(static_cast<uint64_t>(*id));
  welcome->mutable_welcome()->set_heartbeat_ms(kHeartbeatInterval.count());
  ++counts_.workers_joined;
  const Worker& worker = *roster_.Find(*id);
  welcome->mutable_welcome()->set_protocol(worker.protocol);
  link->Send(std::move(welcome));
  links_.Add(*id, std::move(link));
  spdlog::info("worker {} joined from {}: protocol {}, {} threads, engines {}", worker.Label(),
               peer, worker.protocol, worker.threads, FingerprintsText(worker));
  if (run_) {
    members_.Add(worker);
    run_->dispatch().MakeDue();
  }
  desk_->Join(worker);
  Pump();
  PumpEvaluations();
  if (run_ && !members_.IsPinned(*id)) {
    NoteOf(worker, absl::StrCat("stays idle: ", members_.Mismatch(*id)));
  }
  return id;
}

void Coordinator::Receive(WorkerId from, v1::WorkerMessage message) {
  BusyTimer busy(clock_, busy_);
  const Worker* worker = roster_.Find(from);
  if (!worker || !fatal_.ok()) return;
  roster_.Heard(from);
  const ScopedLogFields fields({{"worker", worker->name}});
  const ScopedTrace trace(trace_.step());
  // The one place where workers' texts enter, but for Hello. (Those of an answer's particles are
  // none.)
  if (!message.has_result()) CleanTexts(message);
  switch (message.kind_case()) {
    case v1::WorkerMessage::kResult:
      if (run_) run_->mail().CountIncoming(message);
      return TakeResult(*worker, message.result());
    case v1::WorkerMessage::kData:
      if (run_) run_->mail().CountIncoming(message);
      return TakeData(*worker, message.data());
    case v1::WorkerMessage::kFailure:
      if (run_) run_->mail().CountIncoming(message);
      return TakeFailure(*worker, message.failure());
    case v1::WorkerMessage::kEvaluationData:
      desk_->Receive(from, message.evaluation_data());
      return PumpEvaluations();
    case v1::WorkerMessage::kAnswer:
      desk_->Receive(from, message.answer());
      return PumpEvaluations();
    case v1::WorkerMessage::kLeaving:
      return Lost(from, absl::StrCat("it leaves: ", message.leaving().reason()));
    case v1::WorkerMessage::kHeartbeat:
      return roster_.TakeHeartbeat(from, message.heartbeat());
    case v1::WorkerMessage::kHello:
    case v1::WorkerMessage::KIND_NOT_SET:
      spdlog::debug("worker {} sent a message that has no place here", worker->Label());
      return CountUseless(from);
  }
}

void Coordinator::Lost(WorkerId id, const std::string& reason) {
  BusyTimer busy(clock_, busy_);
  const Worker* found = roster_.Find(id);
  if (!found) return;
  const Worker worker = *found;
  const ScopedLogFields fields({{"worker", worker.name}});
  const std::string text = absl::StrCat("is gone: ", reason);
  spdlog::info("worker {} {}", worker.Label(), text);
  ++counts_.workers_lost;
  roster_.Leave(id);
  links_.Remove(id);
  members_.Remove(id);
  desk_->Lose(id);
  PumpEvaluations();
  const uint32_t held = run_ ? run_->dispatch().Forget(id) : 0;
  for (const auto& entry : book_.entries()) entry->crew.Forget(id);
  if (held > 0) NoteOf(worker, absl::StrCat(text, "; ", held, " blocks go to others"));
  events_.Forget(id);
  if (run_) Pump();
}

void Coordinator::CutOff(WorkerId id, const std::string& reason) {
  const std::shared_ptr<WorkerLink> link = links_.Remove(id);
  Lost(id, reason);
  if (link) link->Close(reason);
}

void Coordinator::Tick() {
  BusyTimer busy(clock_, busy_);
  const ScopedTrace trace(trace_.step());
  links_.SendHeartbeats();
  LoseSilent();
  LookAtLeases();
  LookAtAttendance();
  if (run_) events_.NoteSuppressed(run_->job());
  if (absl::Status health = store_.health(); !health.ok()) Stop(health);
  if (room_.waits()) Pump();
  PumpEvaluations();
}

void Coordinator::LoseSilent() {
  // Who was held up itself cannot tell who was silent.
  if (clock_.Now() - ticked_ > kHeartbeatInterval) {
    for (const auto& [id, worker] : roster_.workers()) roster_.Heard(id);
  }
  ticked_ = clock_.Now();
  for (const WorkerId id : roster_.Silent()) {
    CutOff(id, absl::StrCat("nothing was heard of it for ", kSilenceTimeout.count() / 1000, " s"));
  }
}

void Coordinator::LookAtLeases() {
  if (!fatal_.ok() || !run_ || loaded_->machine.state() != v1::JOB_STATE_RUNNING) return;
  run_->dispatch().LookAtLeases();
  // A deadline may be over, too.
  if (run_->dispatch().is_due() || run_->step_complete()) Pump();
}

void Coordinator::LookAtAttendance() {
  if (!fatal_.ok() || !run_ || loaded_->machine.state() != v1::JOB_STATE_RUNNING) return;
  const SteadyTime now = clock_.Now();
  Attendance attendance{.absent_since = able_};
  attendance.able = IsAble(*loaded_);
  if (attendance.able) able_ = now;
  attendance.next_able =
      !attendance.able && std::ranges::any_of(book_.entries(), [this](const auto& entry) {
        return entry->machine.state() == v1::JOB_STATE_QUEUED && IsAble(*entry);
      });
  if (!IsSetAside(attendance, now)) return;
  JobEntry& entry = *loaded_;
  const std::string why = absl::StrCat(
      "set aside after ", kSetAsideAfter.count(),
      " s, and goes on by itself: ", members_.Waiting(run_->loop().blocks(), run_->crew()));
  absl::Status status = ChangeState(entry, [&](JobMachine& job) { return job.SetAside(why); });
  if (!status.ok()) return WaitOrStop(status);
  entry.set_aside = true;
  Pump();
}

bool Coordinator::IsAble(const JobEntry& entry) const {
  const std::string pinned = ParsePinned(entry.row().fingerprint).engine;
  return std::ranges::any_of(roster_.workers(), [&](const auto& worker) {
    if (&entry == loaded_ && entry.step > 0 && !members_.IsPinned(worker.first)) return false;
    const std::string own = WorkerFingerprint(entry.row().config, worker.second);
    const bool fits = !own.empty() && (entry.step == 0 || pinned.empty() || own == pinned);
    return fits && !entry.crew.GaveUpOn(worker.first);
  });
}

void Coordinator::PumpEvaluations() {
  if (!fatal_.ok()) return;
  const bool trains =
      run_ && loaded_->machine.state() == v1::JOB_STATE_RUNNING && !run_->loop().done();
  links_.Send(
      desk_->Work([&](WorkerId id) { return trains && run_->dispatch().leases().Owned(id) > 0; }));
  TakeHeldOut();
  if (run_ && run_->loop().done()) Pump();  // it may have waited for its last measurement
}

void Coordinator::PlanWork() {
  if (run_->dispatch().is_due()) {
    MovePin();
    if (fatal_.ok()) run_->dispatch().Plan([this] { return members_.Candidates(); });
  }
  Deliver();
}

absl::Status Coordinator::Pin(const PinnedFingerprint& fingerprint) {
  absl::Status status = ChangeState(*loaded_, [&](JobMachine& job) {
    job.Pin(fingerprint.ToText());
    return absl::OkStatus();
  });
  if (status.ok()) members_.Pin(fingerprint);
  return status;
}

void Coordinator::MovePin() {
  if (!members_.pinned().engine.empty() && loaded_->step > 0) return;
  const SteadyTime now = clock_.Now();
  const auto pin =
      members_.NewPin([&](WorkerId worker) { return run_->crew().IsReliable(worker, now); });
  if (!pin) return;
  if (absl::Status status = Pin(*pin); !status.ok()) return WaitOrStop(status);
  run_->Restart();
  const int others = members_.CountOthers();
  if (others == 0) return;
  events_.Note(run_->job(), absl::StrCat("workers with fingerprint ", pin->ToText(),
                                         " answer for this job; ", others, " others stay idle"));
}

void Coordinator::Deliver() {
  links_.Send(run_->mail().Take());
  for (const WorkerNews& news : run_->TakeNews()) {
    if (const Worker* worker = roster_.Find(news.about)) NoteOf(*worker, news.text);
  }
}

void Coordinator::NoteOf(const Worker& worker, const std::string& text) {
  if (run_) events_.NoteOf(run_->job(), worker, text);
}

absl::StatusOr<ThetaRange> Coordinator::FetchTheta(const v1::FetchThetaRequest& request) const {
  if (!run_ || run_->job() != request.job()) {
    return absl::NotFoundError(absl::StrCat("job ", request.job(), " is not at work here"));
  }
  return run_->history().Range(request.first_step(), request.last_step());
}

void Coordinator::RestoreHistory(const std::string& job, const std::string& why) {
  if (!run_ || run_->job() != job || !fatal_.ok()) return;
  events_.Note(job, absl::StrCat("θ is replayed from the store again: ", why));
  std::error_code ignored;
  std::filesystem::remove_all(HistoryFolder(loaded_->row()), ignored);
  Unload();
  Pump();
}

}  // namespace paceline
