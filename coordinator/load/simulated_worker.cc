#include "coordinator/load/simulated_worker.h"

#include <utility>

#include "common/base/protocol.h"
#include "coordinator/load/toy_answer.h"

namespace paceline {
namespace {

v1::WorkerMessage HelloOf(const std::string& name) {
  v1::WorkerMessage message;
  v1::Hello& hello = *message.mutable_hello();
  hello.set_protocol(kProtocolVersion);
  hello.set_name(name);
  hello.set_threads(1);
  v1::TierFingerprint& own = *hello.add_fingerprints();
  own.set_tier(v1::ENGINE_REFERENCE);
  own.set_fingerprint("simulated");
  return message;
}

}  // namespace

// θ of the step at hand, asked for behind an answer on the same connection.
class SimulatedWorker::Question final : public grpc::ClientReadReactor<v1::Theta> {
 public:
  Question(SimulatedWorker& worker, const v1::RunWindows& run) : worker_(worker) {
    request_.set_job(run.job());
    request_.set_first_step(run.step());
    request_.set_last_step(run.step());
    worker_.stub_->async()->FetchTheta(&context_, &request_, this);
    StartRead(&theta_);
    StartCall();
  }
  void OnReadDone(bool ok) override {
    if (!ok) return;
    worker_.watch_.Heard(Clock::Real().Now() - asked_);
    StartRead(&theta_);
  }
  void OnDone(const grpc::Status&) override {
    {
      std::lock_guard lock(worker_.mutex_);
      --worker_.open_calls_;
      worker_.done_.notify_all();
    }
    delete this;
  }

 private:
  SimulatedWorker& worker_;
  const SteadyTime asked_ = Clock::Real().Now();
  grpc::ClientContext context_;
  v1::FetchThetaRequest request_;
  v1::Theta theta_;
};

SimulatedWorker::SimulatedWorker(std::shared_ptr<grpc::Channel> channel, Options options,
                                 FleetWatch& watch)
    : options_(std::move(options)),
      watch_(watch),
      stub_(v1::WorkerService::NewStub(std::move(channel))) {
  // A coordinator that is not reached at once, among a thousand that connect, is waited for.
  context_.set_wait_for_ready(true);
  stub_->async()->Work(&context_, this);
  AddHold();
  Say(HelloOf(options_.name));
  StartRead(&said_);
  StartCall();
}

SimulatedWorker::~SimulatedWorker() {
  context_.TryCancel();
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this] { return open_calls_ == 0; });
}

void SimulatedWorker::OnReadDone(bool ok) {
  {
    std::lock_guard turn(turn_);
    if (ok) return Take();
    std::lock_guard lock(mutex_);
    over_ = true;
  }
  RemoveHold();
}

void SimulatedWorker::Take() {
  if (said_.has_welcome()) watch_.Welcomed();
  if (said_.has_theta()) watch_.TookTheta(said_.theta());
  if (said_.has_job()) {
    config_ = std::make_shared<v1::JobConfig>(said_.job().config());
    blocks_.clear();
    return ReadOn(/*after_a_pause=*/true);
  }
  if (!said_.has_run()) return ReadOn();
  computing_ = said_.run();
  if (!Rests(options_.compute)) GoOn();
}

void SimulatedWorker::Wake() {
  std::lock_guard turn(turn_);
  GoOn();
}

void SimulatedWorker::GoOn() {
  const auto run = std::exchange(computing_, std::nullopt);
  if (run) Answer(*run);
  ReadOn(/*after_a_pause=*/run.has_value());
}

bool SimulatedWorker::Rests(std::chrono::milliseconds time) {
  return time.count() > 0 && options_.rests(*this, time);
}

void SimulatedWorker::ReadOn(bool after_a_pause) {
  if (after_a_pause && Rests(options_.pause)) return;
  said_.Clear();
  StartRead(&said_);
}

void SimulatedWorker::Answer(const v1::RunWindows& run) {
  const bool asks = watch_.TookRun(run);
  for (const uint32_t block : run.blocks()) {
    EpisodeCursor& cursor = blocks_.try_emplace(block, *config_, block).first->second;
    cursor.Seek(run.step());
    v1::WorkerMessage message;
    *message.mutable_result() =
        ToyAnswerOf(run, cursor.window(), block, config_->estimator().block());
    Say(std::move(message));
  }
  if (!asks) return;
  {
    std::lock_guard lock(mutex_);
    ++open_calls_;
  }
  new Question(*this, run);
}

void SimulatedWorker::Say(v1::WorkerMessage message) {
  std::lock_guard lock(mutex_);
  if (over_) return;
  spoke_ = true;
  to_say_.push_back(std::move(message));
  if (to_say_.size() == 1) StartWrite(&to_say_.front());
}

void SimulatedWorker::OnWriteDone(bool ok) {
  std::lock_guard lock(mutex_);
  if (!ok) over_ = true;
  if (over_) return to_say_.clear();
  to_say_.pop_front();
  if (!to_say_.empty()) StartWrite(&to_say_.front());
}

void SimulatedWorker::Beat() {
  {
    std::lock_guard lock(mutex_);
    if (std::exchange(spoke_, false)) return;
  }
  v1::WorkerMessage message;
  message.mutable_heartbeat();
  Say(std::move(message));
}

void SimulatedWorker::OnDone(const grpc::Status&) {
  watch_.Ended();
  std::lock_guard lock(mutex_);
  --open_calls_;
  done_.notify_all();
}

}  // namespace paceline
