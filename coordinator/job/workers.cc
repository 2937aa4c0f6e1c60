#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/estimator/settings.h"
#include "coordinator/job/busy_timer.h"
#include "coordinator/job/coordinator.h"
#include "spdlog/spdlog.h"

namespace paceline {
namespace {

std::string FingerprintsText(const Worker& worker) {
  return absl::StrJoin(worker.fingerprints, " | ",
                       [](std::string* out, const auto& own) { absl::StrAppend(out, own.second); });
}

}  // namespace

absl::StatusOr<WorkerId> Coordinator::Join(const v1::Hello& hello, const std::string& peer,
                                           std::shared_ptr<WorkerLink> link) {
  BusyTimer busy(clock_, busy_);
  auto id = roster_.Join(hello, peer);
  if (!id.ok()) {
    spdlog::warn("worker at {} refused: {}", peer, std::string(id.status().message()));
    return id.status();
  }
  auto welcome = std::make_shared<v1::CoordinatorMessage>();
  welcome->mutable_welcome()->set_worker_id(static_cast<uint64_t>(*id));
  welcome->mutable_welcome()->set_heartbeat_ms(kHeartbeatInterval.count());
  link->Send(std::move(welcome));
  connections_[*id] = {.link = std::move(link)};
  const Worker& worker = *roster_.Find(*id);
  spdlog::info("worker {} joined from {}: {} threads, engines {}", worker.Label(), peer,
               worker.threads, FingerprintsText(worker));
  if (loaded_) SetFingerprint(worker);
  desk_->Join(worker);
  Pump();
  PumpEvaluations();
  if (run_ && !IsPinned(*id)) {
    Note(run_->job(), absl::StrCat("worker ", worker.Label(), " stays idle: ", Mismatch(worker)));
  }
  return id;
}

void Coordinator::Receive(WorkerId from, const v1::WorkerMessage& message) {
  BusyTimer busy(clock_, busy_);
  const Worker* worker = roster_.Find(from);
  if (!worker || !fatal_.ok()) return;
  roster_.Heard(from);
  switch (message.kind_case()) {
    case v1::WorkerMessage::kResult:
      if (run_) run_->CountIncoming(message);
      TakeResult(*worker, message.result());
      break;
    case v1::WorkerMessage::kData:
      if (run_) run_->CountIncoming(message);
      TakeData(*worker, message.data());
      break;
    case v1::WorkerMessage::kFailure:
      if (run_) run_->CountIncoming(message);
      TakeFailure(*worker, message.failure());
      break;
    case v1::WorkerMessage::kEvaluationData:
      desk_->Receive(from, message.evaluation_data());
      return PumpEvaluations();
    case v1::WorkerMessage::kAnswer:
      desk_->Receive(from, message.answer());
      return PumpEvaluations();
    case v1::WorkerMessage::kLeaving:
      return Lost(from, absl::StrCat("it leaves: ", message.leaving().reason()));
    case v1::WorkerMessage::kHeartbeat:
      return;
    case v1::WorkerMessage::kHello:
    case v1::WorkerMessage::KIND_NOT_SET:
      spdlog::warn("worker {} sent a message that has no place here", worker->Label());
      return;
  }
  Pump();
}

void Coordinator::TakeData(const Worker& worker, const v1::JobData& data) {
  if (!run_ || data.job() != run_->job() || connections_.at(worker.id).data) return;
  connections_.at(worker.id).data = DigestsOf(data.sets());
  if (!connections_.at(worker.id).engine.empty()) CheckData(worker);
}

bool Coordinator::CheckData(const Worker& worker) {
  PinnedFingerprint pinned = Pinned();
  std::optional<DataDigests>& own = connections_.at(worker.id).data;
  // Who brings an answer without having told reads none.
  if (!own) own.emplace();
  if (pinned.data.empty() && !own->empty()) {
    pinned.data = *own;
    absl::Status status = Pin(pinned);
    if (!status.ok()) WaitOrStop(status);
    return status.ok();
  }
  if (*own == pinned.data) return true;
  const std::string why = DataDifference(pinned.data, *own);
  Note(run_->job(), absl::StrCat("worker ", worker.Label(), " is refused: ", why));
  Send(run_->Refuse(worker.id, why));
  return false;
}

void Coordinator::TakeResult(const Worker& worker, const v1::WindowResult& result) {
  if (!run_ || result.job() != run_->job()) return;
  if (run_->GaveUpOn(worker.id) || !IsPinned(worker.id) || !CheckData(worker)) return;
  const Judgement judgement = run_->Take(worker.id, result);
  const uint64_t runs = RunsPerParticle(loaded_->row().config.estimator());
  switch (judgement.verdict) {
    case Verdict::kAccepted:
      for (const v1::ParticleResult& particle : result.particles()) {
        connections_[worker.id].inner_steps += runs * particle.trained_steps();
      }
      break;
    case Verdict::kDuplicate:
    case Verdict::kStale:
      spdlog::debug("worker {}: ignored: {}", worker.Label(), judgement.reason);
      break;
    case Verdict::kConflict:
      Note(run_->job(), absl::StrCat("worker ", worker.Label(), ": ", judgement.reason,
                                     "; the first one counts"));
      break;
    case Verdict::kInvalid:
      Note(run_->job(), absl::StrCat("worker ", worker.Label(), ": refused: ", judgement.reason));
      break;
  }
}

void Coordinator::TakeFailure(const Worker& worker, const v1::WorkFailure& failure) {
  if (!run_ || failure.job() != run_->job() || failure.step() != run_->loop().step()) return;
  if (run_->GaveUpOn(worker.id)) return;
  const std::string text =
      absl::StrCat("worker ", worker.Label(), " failed at outer step ", failure.step(), ", block ",
                   failure.block(), ": ", failure.message());
  if (failure.permanent() && loaded_->machine.state() == v1::JOB_STATE_RUNNING) {
    return FailJob(text);
  }
  Note(run_->job(), text);
  run_->Fail(worker.id, failure.block());
  if (run_->GaveUpOn(worker.id)) {
    Note(run_->job(),
         absl::StrCat("worker ", worker.Label(), " gets no more of this job: it failed ",
                      JobRun::kMaxFailures, " times in a row"));
  }
}

void Coordinator::Lost(WorkerId id, const std::string& reason) {
  BusyTimer busy(clock_, busy_);
  const Worker* worker = roster_.Find(id);
  if (!worker) return;
  const std::string text = absl::StrCat("worker ", worker->Label(), " is gone: ", reason);
  spdlog::info("{}", text);
  roster_.Leave(id);
  connections_.erase(id);
  desk_->Lose(id);
  PumpEvaluations();
  if (!run_) return;
  const uint32_t held = run_->Forget(id);
  if (held > 0) Note(run_->job(), absl::StrCat(text, "; ", held, " blocks go to others"));
  Pump();
}

void Coordinator::Tick() {
  BusyTimer busy(clock_, busy_);
  SendHeartbeats();
  // Who was held up itself cannot tell who was silent.
  if (clock_.Now() - ticked_ > kHeartbeatInterval) {
    for (const auto& [id, worker] : roster_.workers()) roster_.Heard(id);
  }
  ticked_ = clock_.Now();
  for (WorkerId id : roster_.Silent()) {
    const std::shared_ptr<WorkerLink> link = connections_[id].link;
    const std::string reason =
        absl::StrCat("nothing was heard of it for ", kSilenceTimeout.count() / 1000, " s");
    Lost(id, reason);
    link->Close(reason);
  }
  if (absl::Status health = store_.health(); !health.ok()) Stop(health);
  if (room_.waits()) Pump();
  PumpEvaluations();
}

void Coordinator::PumpEvaluations() {
  if (!fatal_.ok()) return;
  const bool runs = run_ && loaded_->machine.state() == v1::JOB_STATE_RUNNING;
  Send(desk_->Work([&](WorkerId id) { return runs && run_->BlocksOf(id) > 0; }));
}

void Coordinator::SendHeartbeats() {
  if (clock_.Now() - heartbeat_sent_ < kHeartbeatInterval) return;
  heartbeat_sent_ = clock_.Now();
  auto message = std::make_shared<v1::CoordinatorMessage>();
  message->mutable_heartbeat();
  for (auto& [id, connection] : connections_) connection.link->Send(message);
}

std::vector<ScheduleWorker> Coordinator::EligibleWorkers() {
  PinFingerprint();
  std::vector<ScheduleWorker> eligible;
  for (const auto& [id, worker] : roster_.workers()) {
    if (!IsPinned(id) || run_->GaveUpOn(id)) continue;
    const int64_t blocks = RoomOn(worker);
    if (blocks > 0) eligible.push_back({id, worker.threads, blocks});
  }
  return eligible;
}

int64_t Coordinator::RoomOn(const Worker& worker) const {
  return static_cast<int64_t>(
      BlocksThatFit(run_->footprint(), worker.memory_bytes, static_cast<int>(worker.threads)));
}

void Coordinator::SetFingerprint(const Worker& worker) {
  Connection& connection = connections_[worker.id];
  connection.engine = JobFingerprint(loaded_->row().config, worker.fingerprints);
  connection.data.reset();
}

absl::Status Coordinator::Pin(const PinnedFingerprint& fingerprint) {
  return ChangeState(*loaded_, [&](JobMachine& job) {
    job.Pin(fingerprint.ToText());
    return absl::OkStatus();
  });
}

bool Coordinator::IsPinned(WorkerId id) const {
  const Connection& own = connections_.at(id);
  const PinnedFingerprint pinned = Pinned();
  if (own.engine.empty() || own.engine != pinned.engine) return false;
  return !own.data || pinned.data.empty() || *own.data == pinned.data;
}

std::string Coordinator::Mismatch(const Worker& worker) const {
  const std::string& own = connections_.at(worker.id).engine;
  if (own.empty()) {
    return absl::StrCat("it cannot run all engines of the job (",
                        TierNames(TiersOf(loaded_->row().config)), ")");
  }
  return absl::StrCat("its fingerprint is ", own, ", the job's is ", loaded_->row().fingerprint);
}

// The first worker that has the job's tiers decides. Until an outer step is committed, another may
// if all of its kind are gone.
void Coordinator::PinFingerprint() {
  const bool free = loaded_->row().fingerprint.empty() || loaded_->step == 0;
  if (!free) return;
  PinnedFingerprint fingerprint;
  for (const auto& [id, worker] : roster_.workers()) {
    if (IsPinned(id)) return;
    const Connection& connection = connections_.at(id);
    if (!fingerprint.engine.empty()) continue;
    fingerprint = {.engine = connection.engine, .data = connection.data.value_or(DataDigests())};
  }
  if (fingerprint.engine.empty()) return;
  if (absl::Status status = Pin(fingerprint); !status.ok()) return WaitOrStop(status);
  run_->Restart();
  const auto others = std::ranges::count_if(
      roster_.workers(), [this](const auto& entry) { return !IsPinned(entry.first); });
  if (others == 0) return;
  Note(run_->job(), absl::StrCat("workers with fingerprint ", fingerprint.ToText(),
                                 " answer for this job; ", others, " others stay idle"));
}

void Coordinator::Send(const std::vector<Outgoing>& messages) {
  for (const Outgoing& outgoing : messages) {
    auto connection = connections_.find(outgoing.to);
    if (connection != connections_.end()) connection->second.link->Send(outgoing.message);
  }
}

std::string Coordinator::Waiting() const {
  if (roster_.workers().empty()) return "waits for a worker";
  bool pinned = false;
  int64_t room = 0;
  absl::Status fits;
  for (const auto& [id, worker] : roster_.workers()) {
    if (!IsPinned(id)) continue;
    pinned = true;
    if (run_->GaveUpOn(id)) continue;
    room += RoomOn(worker);
    if (fits.ok()) {
      fits = CheckFits(run_->config(), worker.memory_bytes, static_cast<int>(worker.threads));
    }
  }
  if (room >= run_->loop().blocks()) return "";
  if (room > 0) {
    return absl::StrCat("waits for a worker with more memory: those here hold ", room, " of the ",
                        run_->loop().blocks(), " blocks");
  }
  if (!fits.ok()) {
    return absl::StrCat("waits for a worker with more memory: ", std::string(fits.message()));
  }
  if (pinned) return "waits for another worker: those that are here have failed (see the events)";
  if (loaded_->row().fingerprint.empty()) {
    return absl::StrCat("waits for a worker that can run ",
                        TierNames(TiersOf(loaded_->row().config)), "; ", roster_.workers().size(),
                        " others are idle");
  }
  return absl::StrCat("waits for a worker with the job's fingerprint ", loaded_->row().fingerprint,
                      "; ", roster_.workers().size(), " others are idle");
}

absl::StatusOr<ThetaRange> Coordinator::FetchTheta(const v1::FetchThetaRequest& request) const {
  if (!run_ || run_->job() != request.job()) {
    return absl::NotFoundError(absl::StrCat("job ", request.job(), " is not at work here"));
  }
  return run_->history().Range(request.first_step(), request.last_step());
}

void Coordinator::RestoreHistory(const std::string& job, const std::string& why) {
  if (!run_ || run_->job() != job || !fatal_.ok()) return;
  Note(job, absl::StrCat("θ is replayed from the store again: ", why));
  std::error_code ignored;
  std::filesystem::remove_all(HistoryFolder(loaded_->row()), ignored);
  Unload();
  Pump();
}

}  // namespace paceline
