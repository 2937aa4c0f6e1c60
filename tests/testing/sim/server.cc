#include "tests/testing/sim/server.h"

#include <chrono>
#include <ctime>

#include "gtest/gtest.h"
#include "spdlog/spdlog.h"

namespace paceline {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime::duration kTick = 250ms;
// A connection that takes nothing costs heartbeats, and what its worker is asked.
constexpr size_t kMostWaiting = 200;

std::chrono::nanoseconds ProcessorTime() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

class SimServer::Link : public WorkerLink {
 public:
  Link(SimServer& server, std::shared_ptr<SimStream> stream, Deliver deliver)
      : server_(server), stream_(std::move(stream)), deliver_(std::move(deliver)) {}

  void Send(SharedMessage message) override { server_.SendOn(stream_, deliver_, message); }
  void Close(const std::string&) override {
    if (server_.rig_.disk.off()) return;
    server_.rig_.failpoints.Reach("coordinator", "closes a connection");
    server_.sessions_.erase(stream_->number());
    stream_->CloseAt(Way::kUp);
  }

 private:
  SimServer& server_;
  const std::shared_ptr<SimStream> stream_;
  const Deliver deliver_;
};

SimServer::SimServer(SimRig& rig, std::string folder)
    : rig_(rig), random_(rig.random.Fork()), folder_name_(std::move(folder)) {}

SimServer::~SimServer() {
  rig_.disk.TurnOff();
  coordinator_.reset();
  store_.reset();
}

// ---- lives

void SimServer::Start() {
  ++lives_;
  rig_.trace.Add("start", static_cast<uint64_t>(lives_));
  const bool calm = rig_.calm;
  loses_power_ = !calm && random_.Chance(rig_.plan.power_losses);
  messages_ = 0;
  dies_at_message_ =
      !calm && random_.Chance(rig_.plan.deaths_at_messages) ? 1 + random_.Below(40) : 0;
  rig_.disk.Begin(calm ? DiskFault() : rig_.plan.DrawDiskFault(random_));
  const absl::Status started = TryStart();
  if (started.ok() && !rig_.disk.off()) {
    changed_ = true;
    rig_.timeline.In(kTick, [this, life = lives_] { Tick(life); });
    return;
  }
  if (rig_.disk.off()) rig_.failpoints.Reach("coordinator", "dies while it starts");
  const bool excused = rig_.disk.off() || rig_.disk.full() || rig_.disk.failed_sync();
  EXPECT_TRUE(excused) << "it does not start: " << started;
  rig_.trace.Add("does not start");
  Bury();
}

absl::Status SimServer::TryStart() {
  auto folder = DataFolder::Open(folder_name_);
  if (!folder.ok()) return folder.status();
  folder_.emplace(*std::move(folder));
  auto store = SqliteStore::Open(folder_->database(), {.most_log_pages = rig_.plan.most_log_pages});
  if (!store.ok()) return store.status();
  store_ = *std::move(store);
  if (rig_.disk.off()) return absl::UnavailableError("dead");
  for (const Reconciliation::Loss& loss : store_->losses()) {
    ADD_FAILURE() << loss.job << ": " << loss.text;
  }
  rig_.ledger.Check(*store_);
  auto coordinator = Coordinator::Start({.data_folder = folder_->path(),
                                         .threads = 1,
                                         .keep_checkpoints = rig_.plan.keep_checkpoints,
                                         .history_memory_bytes = rig_.plan.history_memory_bytes,
                                         .audit_rate = rig_.plan.audit_rate},
                                        *store_, rig_.timeline.clock(), *this);
  if (!coordinator.ok()) return coordinator.status();
  coordinator_ = *std::move(coordinator);
  return absl::OkStatus();
}

// After a call. False: it has died of it.
bool SimServer::Survived() {
  if (!rig_.disk.off()) return true;
  Bury();
  return false;
}

void SimServer::Bury() {
  all_ended_ = false;
  coordinator_.reset();
  store_.reset();
  folder_.reset();
  const bool power = rig_.disk.off() && loses_power_;
  rig_.disk.TurnOff();
  if (power) {
    rig_.failpoints.Reach("coordinator", "loses power");
    rig_.disk.LosePower();
  }
  for (auto& [number, session] : std::exchange(sessions_, {})) {
    // A machine without power tells nobody.
    if (power) {
      session.stream->GoSilent();
    } else {
      session.stream->CloseAt(Way::kUp);
    }
  }
  StartLater();
}

void SimServer::StartLater() {
  rig_.timeline.In(random_.Between(100ms, 3000ms), [this] { Start(); });
}

void SimServer::Kill(bool power_loss) {
  if (!up()) return;
  rig_.failpoints.Reach("coordinator", "killed between calls");
  rig_.disk.TurnOff();
  loses_power_ = power_loss;
  Bury();
}

void SimServer::Stop() {
  if (!up()) return;
  rig_.failpoints.Reach("coordinator", "stopped");
  rig_.trace.Add("stop");
  loses_power_ = false;
  Bury();
}

void SimServer::Stall(SteadyTime::duration time) {
  rig_.failpoints.Reach("coordinator", "stalls");
  stalled_until_ = rig_.timeline.now() + time;
  rig_.network.HoldAll(stalled_until_);
}

void SimServer::Tick(int life) {
  if (life != lives_ || !up()) return;
  if (stalled_until_ > rig_.timeline.now()) {
    return rig_.timeline.At(stalled_until_, [this, life] { Tick(life); });
  }
  coordinator_->Tick();
  if (!Survived()) return;
  if (!coordinator_->fatal().ok()) {
    EXPECT_TRUE(rig_.disk.failed_sync()) << coordinator_->fatal();
    rig_.failpoints.Reach("coordinator", "ends as it cannot store");
    rig_.trace.Add("fatal");
    return Bury();
  }
  if (changed_ || rig_.disk.full()) LookAtJobs();
  rig_.timeline.In(kTick, [this, life] { Tick(life); });
}

void SimServer::LookAtJobs() {
  changed_ = false;
  size_t ended = 0;
  for (const v1::JobConfig& config : rig_.plan.jobs) {
    const auto summary = coordinator_->Summary(config.name());
    if (!summary.ok()) continue;
    rig_.ledger.Acknowledge(config.name(), summary->step());
    ended += summary->state() == v1::JOB_STATE_SUCCEEDED;
    EXPECT_NE(summary->state(), v1::JOB_STATE_FAILED) << summary->message();
    if (summary->message().find("room on the disk") != std::string::npos) {
      rig_.failpoints.Reach("coordinator", "waits for room");
    }
    CountRefusals(config.name());
  }
  all_ended_ = ended == rig_.plan.jobs.size();
}

void SimServer::CountRefusals(const std::string& job) {
  const auto refusals = coordinator_->Refusals(job);
  if (!refusals.ok() || refusals->total() == 0) return;
  for (int i = 0; i < kRefusals; ++i) {
    const auto refusal = static_cast<Refusal>(i);
    if (refusals->of(refusal) > 0) rig_.failpoints.Reach("refused", NameOf(refusal));
  }
}

absl::Status SimServer::Ask(const std::function<absl::Status(Coordinator&)>& question) {
  if (!up()) return absl::UnavailableError("the coordinator is not there");
  absl::Status status = question(*coordinator_);
  if (!Survived()) return absl::UnavailableError("the coordinator has died");
  return status;
}

void SimServer::CheckEnd() {
  ASSERT_TRUE(up());
  rig_.ledger.CheckEnd(*store_);
}

// ---- streams

void SimServer::Join(const std::shared_ptr<SimStream>& stream, const v1::Hello& hello,
                     Deliver deliver) {
  if (!up()) return stream->CloseAt(Way::kUp);
  stream->set_upper([this, number = stream->number()] { Broken(number, "reset"); });
  auto link = std::make_shared<Link>(*this, stream, deliver);
  // So that whatever ends the connection while it begins finds it.
  sessions_[stream->number()] = {.worker = {}, .stream = stream, .deliver = deliver};
  const auto id = coordinator_->Join(hello, "here", link);
  if (!Survived()) return;
  EXPECT_TRUE(id.ok()) << id.status();
  const auto session = sessions_.find(stream->number());
  if (id.ok() && session != sessions_.end()) session->second.worker = *id;
}

void SimServer::Hear(uint64_t stream, const v1::WorkerMessage& message) {
  const auto session = sessions_.find(stream);
  if (session == sessions_.end() || !up()) return;
  const WorkerId worker = session->second.worker;
  Tell("from", session->second.stream->worker(), message);
  const bool measures = rig_.plan.measures && message.has_result();
  const auto began = measures ? ProcessorTime() : std::chrono::nanoseconds();
  coordinator_->Receive(worker, message);
  if (measures) answer_times_.push_back(ProcessorTime() - began);
  Survived();
}

void SimServer::Fetch(const std::shared_ptr<SimStream>& stream,
                      const v1::FetchThetaRequest& request, Fetched fetched) {
  if (!sessions_.contains(stream->number()) || !up()) return;
  const auto range = coordinator_->FetchTheta(request);
  absl::StatusOr<std::vector<v1::Theta>> thetas = std::vector<v1::Theta>();
  if (!range.ok()) {
    rig_.failpoints.Reach("worker", "asks for a θ that is gone");
    thetas = range.status();
  }
  for (int64_t i = 0; thetas.ok() && i < range->size(); ++i) {
    const auto theta = range->At(i);
    if (theta.ok()) {
      thetas->push_back(*theta);
    } else {
      thetas = theta.status();
    }
  }
  if (absl::IsDataLoss(thetas.status())) {
    // A power loss has taken something of its middle.
    rig_.failpoints.Reach("coordinator", "makes its history anew");
    coordinator_->RestoreHistory(request.job(), std::string(thetas.status().message()));
    if (!Survived()) return;
  }
  stream->Send(Way::kDown, [fetched = std::move(fetched), thetas] { fetched(thetas); });
}

void SimServer::Broken(uint64_t stream, const std::string& why) {
  const auto session = sessions_.extract(stream);
  if (session.empty() || !up()) return;
  rig_.trace.Add("lost", stream);
  coordinator_->Lost(session.mapped().worker, why);
  Survived();
}

void SimServer::SendOn(const std::shared_ptr<SimStream>& stream, const Deliver& deliver,
                       const SharedMessage& message) {
  if (rig_.disk.off()) return;  // it is dead, and only its last call goes on
  if (++messages_ == dies_at_message_) {
    rig_.failpoints.Reach("coordinator", "dies while it sends");
    return rig_.disk.TurnOff();
  }
  rig_.trace.Add("send", stream->number(), SimHash(message->SerializeAsString()));
  Tell("to", stream->worker(), *message);
  if (message->has_theta()) Show(message->theta());
  stream->Send(Way::kDown, [deliver, message] { deliver(message); });
  EXPECT_LT(stream->waiting(Way::kDown), kMostWaiting);
}

// For whoever looks at one run (PACELINE_SIM_LOG).
void SimServer::Tell(const char* way, int worker, const google::protobuf::Message& message) const {
  if (!spdlog::should_log(spdlog::level::debug)) return;
  const double seconds =
      std::chrono::duration<double>(rig_.timeline.now().time_since_epoch()).count();
  spdlog::debug("{:.3f} s, {} {}: {:.300}", seconds, way, worker, message.ShortDebugString());
}

void SimServer::Show(const v1::Theta& theta) {
  if (!rig_.ledger.Show(theta.job(), theta.step(), theta.hash())) return;
  // The θ of an asynchronous job may be shown first when blocks come to it: what has failed since
  // its commit takes nothing from that.
  if (rig_.disk.failed_sync() && rig_.ledger.MayShowLate(theta.job())) return;
  for (const FileKind kind : {FileKind::kDatabase, FileKind::kWal, FileKind::kAnchor}) {
    EXPECT_TRUE(rig_.disk.is_cut_short(kind) || rig_.disk.IsDurable({kind}))
        << "θ of step " << theta.step() << " is shown before its scalars are durable";
  }
}

}  // namespace paceline
