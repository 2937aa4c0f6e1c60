#include "coordinator/job/job_run.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/estimator/settings.h"
#include "coordinator/aggregate/strict.h"

namespace paceline {

JobRun::JobRun(const JobRow& job, std::unique_ptr<OuterLoop> loop, ThetaHistory history,
               uint64_t first_epoch, const Clock& clock)
    : job_(job.name),
      config_(job.config),
      footprint_(FootprintOf(config_)),
      loop_(std::move(loop)),
      history_(std::move(history)),
      sheet_(job_, loop_->blocks(), config_.estimator().block()),
      epoch_(first_epoch),
      clock_(clock),
      places_(loop_->blocks()) {
  BeginSheet();
}

std::vector<Outgoing> JobRun::Schedule(const std::vector<ScheduleWorker>& workers) {
  std::vector<Outgoing> out;
  if (loop_->done()) return out;
  const std::vector<BlockMove> moves = PlanMoves(Snapshot(workers));
  for (const auto& [old_owner, blocks] : Move(moves)) {
    auto message = std::make_shared<v1::CoordinatorMessage>();
    message->mutable_release()->set_job(job_);
    message->mutable_release()->mutable_blocks()->Add(blocks.begin(), blocks.end());
    Push(old_owner, std::move(message), out);
  }
  const StepDecision decision = Decide();
  if (decision.kind != StepDecision::Kind::kAsk) return out;
  for (const ScheduleWorker& worker : workers) Request(worker.id, decision.blocks, out);
  return out;
}

StepDecision JobRun::Decide() const {
  StepSnapshot snapshot{.now = clock_.Now(), .blocks = {}};
  for (uint32_t block = 0; block < places_.size(); ++block) {
    snapshot.blocks.push_back({.answered = sheet_.answered(block), .asks = places_[block].asks});
  }
  return DecideStrict(snapshot);
}

ScheduleSnapshot JobRun::Snapshot(const std::vector<ScheduleWorker>& workers) const {
  ScheduleSnapshot snapshot{.workers = workers, .blocks = {}};
  for (uint32_t block = 0; block < places_.size(); ++block) {
    const BlockWindow& window = loop_->window(block);
    const Place& place = places_[block];
    snapshot.blocks.push_back(
        {.owner = place.owner,
         .open = place.asks.empty() && !sheet_.answered(block),
         .windows_done = window.step - window.episode_start,
         .windows_left = (window.length_steps - window.first_inner_step) / window.inner_steps,
         .avoid = place.avoid});
  }
  return snapshot;
}

// The blocks taken from each owner that may still hold their state.
std::map<WorkerId, std::vector<uint32_t>> JobRun::Move(const std::vector<BlockMove>& moves) {
  std::map<WorkerId, std::vector<uint32_t>> released;
  if (!moves.empty()) ++epoch_;
  for (const BlockMove& move : moves) {
    Place& place = places_[move.block];
    if (place.owner && known_.contains(*place.owner)) released[*place.owner].push_back(move.block);
    place = {.owner = move.to, .epoch = epoch_, .avoid = place.avoid, .asks = {}};
    sheet_.HandOn(move.block);
    sheet_.Ask(move.block, epoch_);
  }
  return released;
}

void JobRun::Request(WorkerId worker, const std::vector<uint32_t>& wanted,
                     std::vector<Outgoing>& out) {
  std::map<uint64_t, std::vector<uint32_t>> by_epoch;
  for (const uint32_t block : wanted) {
    Place& place = places_[block];
    if (place.owner != worker) continue;
    place.asks.push_back({.worker = worker, .epoch = place.epoch, .since = clock_.Now()});
    by_epoch[place.epoch].push_back(block);
  }
  if (by_epoch.empty()) return;
  Prepare(worker, out);
  for (const auto& [epoch, blocks] : by_epoch) {
    auto message = std::make_shared<v1::CoordinatorMessage>();
    v1::RunWindows& run = *message->mutable_run();
    run.set_job(job_);
    run.set_step(loop_->step());
    run.set_theta_hash(loop_->theta_hash());
    run.set_epoch(epoch);
    run.mutable_blocks()->Add(blocks.begin(), blocks.end());
    Push(worker, std::move(message), out);
  }
}

void JobRun::Prepare(WorkerId worker, std::vector<Outgoing>& out) {
  auto [known, is_new] = known_.try_emplace(worker);
  if (is_new) {
    auto message = std::make_shared<v1::CoordinatorMessage>();
    message->mutable_job()->set_job(job_);
    *message->mutable_job()->mutable_config() = config_;
    Push(worker, std::move(message), out);
  }
  if (known->second.theta_step == loop_->step()) return;
  known->second.theta_step = loop_->step();
  Push(worker, history_.newest(), out);
}

void JobRun::Push(WorkerId to, SharedMessage message, std::vector<Outgoing>& out) {
  ++traffic_.messages;
  traffic_.bytes += message->ByteSizeLong();
  out.push_back({to, std::move(message)});
}

Judgement JobRun::Take(WorkerId from, const v1::WindowResult& result) {
  Judgement judgement = sheet_.Take(result);
  ++counts_[judgement.verdict];
  if (judgement.verdict == Verdict::kAccepted) {
    known_[from].failures = 0;
    places_[result.block()].avoid.reset();
    contributors_.insert(from);
    replayed_inner_steps_ += std::min(result.replayed_inner_steps(), WorstReplay(result.block()));
  } else if (judgement.verdict == Verdict::kInvalid) {
    Fail(from, result.block());
  }
  return judgement;
}

void JobRun::Fail(WorkerId from, uint32_t block) {
  auto known = known_.find(from);
  if (known != known_.end()) ++known->second.failures;
  if (block >= places_.size() || places_[block].owner != from || sheet_.answered(block)) return;
  places_[block].owner.reset();
  places_[block].asks.clear();
  places_[block].avoid = from;
}

std::vector<Outgoing> JobRun::Refuse(WorkerId worker, const std::string& why) {
  std::vector<Outgoing> out;
  if (known_.contains(worker)) {
    auto message = std::make_shared<v1::CoordinatorMessage>();
    message->mutable_end()->set_job(job_);
    message->mutable_end()->set_reason(why);
    Push(worker, std::move(message), out);
  }
  Forget(worker);
  return out;
}

uint32_t JobRun::Forget(WorkerId worker) {
  uint32_t held = 0;
  for (Place& place : places_) {
    if (place.avoid == worker) place.avoid.reset();
    if (place.owner != worker) continue;
    place.owner.reset();
    place.asks.clear();
    ++held;
  }
  known_.erase(worker);
  return held;
}

bool JobRun::GaveUpOn(WorkerId worker) const {
  auto known = known_.find(worker);
  return known != known_.end() && known->second.failures >= kMaxFailures;
}

uint32_t JobRun::BlocksOf(WorkerId worker) const {
  return static_cast<uint32_t>(
      std::ranges::count(places_, std::optional<WorkerId>(worker), &Place::owner));
}

std::vector<Outgoing> JobRun::Dismiss(const std::string& why) {
  std::vector<Outgoing> out;
  auto message = std::make_shared<v1::CoordinatorMessage>();
  message->mutable_end()->set_job(job_);
  message->mutable_end()->set_reason(why);
  for (const auto& [worker, known] : known_) Push(worker, message, out);
  known_.clear();
  std::ranges::fill(places_, Place{});
  return out;
}

void JobRun::Restart() {
  std::ranges::fill(places_, Place{});
  BeginSheet();
}

std::string JobRun::CountsText() const {
  const auto count = [this](Verdict verdict) {
    const auto found = counts_.find(verdict);
    return found == counts_.end() ? 0 : found->second;
  };
  return absl::StrCat(count(Verdict::kAccepted), " answers taken; ", count(Verdict::kDuplicate),
                      " repeated, ", count(Verdict::kStale), " late, ", count(Verdict::kConflict),
                      " contradicting and ", count(Verdict::kInvalid), " impossible ones left out");
}

void JobRun::CountIncoming(const v1::WorkerMessage& message) {
  ++traffic_.messages;
  traffic_.bytes += message.ByteSizeLong();
}

absl::StatusOr<StepRow> JobRun::CloseStep() {
  StepRow row;
  row.particles = sheet_.Scalars();
  auto record = loop_->Advance(row.particles);
  if (!record.ok()) return record.status();
  row.step = loop_->step();
  row.theta_hash = loop_->theta_hash();
  row.record = *std::move(record);
  row.record.set_workers(static_cast<uint32_t>(contributors_.size()));
  row.record.set_messages(traffic_.messages);
  row.record.set_bytes(traffic_.bytes);
  row.record.set_replayed_inner_steps(replayed_inner_steps_);
  return row;
}

void JobRun::OpenStep() {
  history_.Push(job_, loop_->step(), loop_->theta_hash(), loop_->theta());
  history_.DropBefore(loop_->OldestEpisodeStart());
  for (Place& place : places_) place.asks.clear();
  traffic_ = {};
  BeginSheet();
}

void JobRun::BeginSheet() {
  std::vector<int64_t> inner_steps;
  for (uint32_t block = 0; block < loop_->blocks(); ++block) {
    inner_steps.push_back(loop_->window(block).inner_steps);
  }
  sheet_.Begin(loop_->step(), loop_->theta_hash(), std::move(inner_steps));
  contributors_.clear();
  replayed_inner_steps_ = 0;
}

uint64_t JobRun::WorstReplay(uint32_t block) const {
  const v1::Estimator& estimator = config_.estimator();
  return static_cast<uint64_t>(loop_->window(block).first_inner_step) * RunsPerParticle(estimator) *
         estimator.block();
}

}  // namespace paceline
