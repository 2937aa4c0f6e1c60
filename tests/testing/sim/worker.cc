#include "tests/testing/sim/worker.h"

#include <algorithm>

#include "common/base/digest.h"
#include "common/base/protocol.h"
#include "common/estimator/aggregation.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

using namespace std::chrono_literals;

// As that of gRPC's keepalive, after which a connection is given up.
constexpr SteadyTime::duration kSilence = 15s;

v1::Hello HelloOf(const SimWorkerTraits& traits) {
  v1::Hello hello;
  hello.set_protocol(kProtocolVersion);
  hello.set_name(traits.name);
  hello.set_threads(traits.threads);
  for (const v1::Engine tier : {v1::ENGINE_REFERENCE, v1::ENGINE_TORCH, v1::ENGINE_FUSED}) {
    v1::TierFingerprint& own = *hello.add_fingerprints();
    own.set_tier(tier);
    own.set_fingerprint("cpu");
  }
  return hello;
}

}  // namespace

SimWorker::SimWorker(SimRig& rig, SimServer& server, int number, const SimWorkerTraits& traits)
    : rig_(rig), server_(server), number_(number), traits_(traits), random_(rig.random.Fork()) {}

// ---- the connection

void SimWorker::Begin() {
  if (std::exchange(alive_, true)) return;
  ++life_;
  jobs_.clear();
  hung_.clear();
  busy_ = fetching_ = 0;
  stopped_until_ = hung_until_ = {};
  rig_.trace.Add("worker begins", static_cast<uint64_t>(number_));
  ConnectLater();
}

void SimWorker::ConnectLater() {
  rig_.timeline.In(random_.Between(50ms, 1000ms), [this, life = life_] {
    if (alive_ && life == life_ && !stream_) Connect();
  });
}

void SimWorker::Connect() {
  if (!server_.up() || rig_.network.IsCut(number_) || stopped_until_ > rig_.timeline.now()) {
    rig_.failpoints.Reach("network", "no connection");
    return ConnectLater();
  }
  stream_ = rig_.network.Open(number_);
  BeginSession();
  stream_->set_lower([this, session = session_] { Broken(session); });
  auto deliver = [this, session = session_](const SharedMessage& message) {
    Take(session, message);
  };
  stream_->Send(Way::kUp, [this, stream = stream_, deliver = std::move(deliver)] {
    server_.Join(stream, HelloOf(traits_), deliver);
  });
  Beat(session_);
}

void SimWorker::BeginSession() {
  ++session_;
  if (session_ > 1 && !jobs_.empty()) rig_.failpoints.Reach("worker", "comes back with its blocks");
  heard_ = rig_.timeline.now();
  welcomed_ = false;
  questions_.clear();
  asked_.clear();
  busy_ -= std::exchange(fetching_, 0);
  for (auto& [name, job] : jobs_) {
    job.thetas.clear();
    job.announced = false;
  }
}

void SimWorker::Broken(uint64_t session) {
  if (session != session_ || !stream_) return;
  rig_.trace.Add("broken", static_cast<uint64_t>(number_));
  stream_ = nullptr;
  if (alive_) ConnectLater();
}

void SimWorker::Beat(uint64_t session) {
  if (!alive_ || session != session_ || !stream_) return;
  const SteadyTime now = rig_.timeline.now();
  if (stopped_until_ > now) {
    return rig_.timeline.At(stopped_until_, [this, session] {
      heard_ = rig_.timeline.now();
      Beat(session);
    });
  }
  if (now - heard_ > kSilence) {
    rig_.failpoints.Reach("worker", "gives a silent connection up");
    stream_->CloseAt(Way::kDown);
    return Broken(session);
  }
  if (welcomed_) {
    v1::WorkerMessage message;
    message.mutable_heartbeat();
    Say(message);
  }
  rig_.timeline.In(heartbeat_, [this, session] { Beat(session); });
}

void SimWorker::Say(const v1::WorkerMessage& message) {
  if (!stream_) return;
  rig_.trace.Add("say", static_cast<uint64_t>(number_), SimHash(message.SerializeAsString()));
  stream_->Send(Way::kUp,
                [this, message, stream = stream_->number()] { server_.Hear(stream, message); });
}

void SimWorker::Die(bool silently) {
  if (!std::exchange(alive_, false)) return;
  rig_.failpoints.Reach("worker", silently ? "dies without a word" : "dies");
  rig_.trace.Add("worker dies", static_cast<uint64_t>(number_));
  const auto stream = std::exchange(stream_, nullptr);
  if (!stream) return;
  if (silently) {
    stream->GoSilent();
  } else {
    stream->CloseAt(Way::kDown);
  }
}

// Its answers, and the message, arrive before the end of the stream.
void SimWorker::Leave() {
  if (!alive_ || !stream_ || !welcomed_ || stopped_until_ > rig_.timeline.now()) return;
  rig_.failpoints.Reach("worker", "leaves");
  v1::WorkerMessage message;
  message.mutable_leaving()->set_reason("told to stop");
  Say(message);
  alive_ = false;
  rig_.timeline.In(2s, [stream = std::exchange(stream_, nullptr)] { stream->CloseAt(Way::kDown); });
}

void SimWorker::StopUntil(SteadyTime time) {
  if (!alive_ || stopped_until_ > rig_.timeline.now()) return;
  rig_.failpoints.Reach("worker", "is stopped and goes on");
  stopped_until_ = time;
  rig_.network.Hold(number_, Way::kDown, time);
}

void SimWorker::HangUntil(SteadyTime time) {
  if (!alive_) return;
  rig_.failpoints.Reach("worker", "hangs");
  hung_until_ = time;
}

void SimWorker::EndHang() {
  hung_until_ = {};
  for (Computed& computed : std::exchange(hung_, {})) Compute(std::move(computed));
}

// ---- what comes

void SimWorker::Take(uint64_t session, const SharedMessage& message) {
  if (!alive_ || session != session_ || !stream_) return;
  heard_ = rig_.timeline.now();
  EXPECT_TRUE(welcomed_ || message->has_welcome()) << "the first message is not Welcome";
  switch (message->kind_case()) {
    case v1::CoordinatorMessage::kWelcome:
      welcomed_ = true;
      heartbeat_ = std::chrono::milliseconds(message->welcome().heartbeat_ms());
      break;
    case v1::CoordinatorMessage::kJob:
      return TakeJob(message->job());
    case v1::CoordinatorMessage::kTheta:
      return TakeTheta(message->theta());
    case v1::CoordinatorMessage::kRun:
      return TakeRun(message->run());
    case v1::CoordinatorMessage::kRelease:
      return TakeRelease(message->release());
    case v1::CoordinatorMessage::kEnd:
      return EndJob(message->end().job());
    case v1::CoordinatorMessage::kHeartbeat:
      break;
    case v1::CoordinatorMessage::kEvaluation:
    case v1::CoordinatorMessage::kEvaluationTheta:
    case v1::CoordinatorMessage::kUnit:
    case v1::CoordinatorMessage::kEndEvaluation:
    case v1::CoordinatorMessage::kDismiss:
    case v1::CoordinatorMessage::KIND_NOT_SET:
      ADD_FAILURE() << message->ShortDebugString();
  }
}

void SimWorker::TakeJob(const v1::JobAnnouncement& announcement) {
  const auto [found, is_new] = jobs_.try_emplace(announcement.job());
  Job& job = found->second;
  EXPECT_FALSE(job.announced) << "a job was announced twice";
  if (is_new) job.config = announcement.config();
  EXPECT_TRUE(
      google::protobuf::util::MessageDifferencer::Equals(job.config, announcement.config()));
  job.announced = true;
}

void SimWorker::TakeTheta(const v1::Theta& theta) {
  const auto job = jobs_.find(theta.job());
  ASSERT_TRUE(job != jobs_.end() && job->second.announced) << "θ of a job that was not announced";
  std::vector<float> values(theta.values().size() / sizeof(float));
  EXPECT_TRUE(BytesToFloats(theta.values(), values));
  EXPECT_EQ(ThetaHash(theta.job(), theta.step(), values), theta.hash());
  EXPECT_TRUE(job->second.thetas.emplace(theta.step(), theta.hash()).second) << "θ was sent twice";
}

void SimWorker::TakeRun(const v1::RunWindows& run) {
  const auto found = jobs_.find(run.job());
  ASSERT_TRUE(found != jobs_.end() && found->second.announced)
      << "work of a job that was not announced";
  const auto& thetas = found->second.thetas;
  const auto theta = thetas.find(run.step());
  const bool is_sent = theta != thetas.end() && theta->second == run.theta_hash();
  // An older θ can be fetched.
  EXPECT_TRUE(is_sent || (IsAsync(found->second.config) && run.step() < thetas.rbegin()->first))
      << "work under a θ that was not sent";
  EXPECT_GT(run.blocks_size(), 0);
  for (const uint32_t block : run.blocks()) {
    asked_.emplace(run.step(), block);
    questions_.push_back({.run = run, .block = block, .session = session_, .life = life_});
    questions_.back().run.clear_blocks();
  }
  Work();
}

void SimWorker::TakeRelease(const v1::ReleaseBlocks& release) {
  const auto job = jobs_.find(release.job());
  ASSERT_TRUE(job != jobs_.end() && job->second.announced)
      << "a release of a job that was not announced";
  for (const uint32_t block : release.blocks()) {
    job->second.blocks.erase(block);
    std::erase_if(questions_, [&](const Question& own) {
      return own.block == block && own.run.job() == release.job();
    });
  }
}

void SimWorker::EndJob(const std::string& job) {
  EXPECT_EQ(jobs_.erase(job), 1u) << "the end of a job that was not announced";
  std::erase_if(questions_, [&](const Question& own) { return own.run.job() == job; });
}

// ---- work

void SimWorker::Work() {
  while (alive_ && busy_ < traits_.threads && !questions_.empty()) {
    const Question question = std::move(questions_.front());
    questions_.pop_front();
    ++busy_;
    Prepare(question);
  }
}

void SimWorker::Prepare(const Question& question) {
  Job& job = jobs_.at(question.run.job());
  const int64_t step = question.run.step();
  const int64_t start = SimWindow(job.config, question.block, step).episode_start;
  Computed computed{.question = question,
                    .block = job.blocks[question.block],
                    .first = start,
                    .hashes = {question.run.theta_hash()}};
  const int64_t next = computed.block.next_step();
  if (next > start && next <= step) computed.first = next;
  if (computed.first == step) return Compute(std::move(computed));
  rig_.failpoints.Reach("worker",
                        computed.first > start ? "catches up with a block" : "makes a block anew");
  Fetch(std::move(computed));
}

void SimWorker::Fetch(Computed computed) {
  ++fetching_;
  if (!stream_) return;
  v1::FetchThetaRequest request;
  request.set_job(computed.question.run.job());
  request.set_first_step(computed.first);
  request.set_last_step(computed.question.run.step());
  auto fetched = [this, computed](const absl::StatusOr<std::vector<v1::Theta>>& thetas) {
    const Question& question = computed.question;
    if (!alive_ || question.session != session_ || question.life != life_) return;
    --fetching_;
    if (!thetas.ok()) return Fail(question, std::string(thetas.status().message()));
    Computed ready = computed;
    ready.hashes.clear();
    for (const v1::Theta& theta : *thetas) {
      EXPECT_EQ(theta.step(), ready.first + std::ssize(ready.hashes));
      ready.hashes.push_back(theta.hash());
    }
    EXPECT_EQ(ready.hashes.back(), question.run.theta_hash());
    Compute(std::move(ready));
  };
  stream_->Send(Way::kUp, [this, stream = stream_, request, fetched = std::move(fetched)] {
    server_.Fetch(stream, request, fetched);
  });
}

void SimWorker::Compute(Computed computed) {
  if (hung_until_ > rig_.timeline.now()) {
    if (hung_until_ < kForEver) {
      rig_.timeline.At(hung_until_, [this, life = life_] {
        if (life == life_ && alive_) EndHang();
      });
    }
    hung_.push_back(std::move(computed));
    return;
  }
  const auto windows = static_cast<int64_t>(computed.hashes.size());
  const auto time = traits_.window * windows + random_.Between(0ms, traits_.window);
  rig_.timeline.In(time, [this, computed = std::move(computed)] { Finish(computed); });
}

void SimWorker::Finish(const Computed& computed) {
  const Question& question = computed.question;
  if (!alive_ || question.life != life_) return;
  if (stopped_until_ > rig_.timeline.now()) {
    return rig_.timeline.At(stopped_until_, [this, computed] { Finish(computed); });
  }
  --busy_;
  const auto job = jobs_.find(question.run.job());
  if (job != jobs_.end()) {
    const v1::JobConfig& config = job->second.config;
    SimBlock block = computed.block;
    v1::RunWindows run = question.run;
    v1::WindowResult answer;
    for (size_t i = 0; i < computed.hashes.size(); ++i) {
      run.set_step(computed.first + static_cast<int64_t>(i));
      run.set_theta_hash(computed.hashes[i]);
      answer = block.Run(config, run, question.block);
    }
    const auto held = job->second.blocks.find(question.block);
    if (held != job->second.blocks.end()) held->second = block;
    if (question.session == session_) Answer(question, answer);
  }
  Work();
}

void SimWorker::Answer(const Question& question, const v1::WindowResult& result) {
  if (traits_.lies && random_.Chance(0.5)) {
    Lie(question, result);
    if (random_.Chance(0.5)) return;
  }
  v1::WorkerMessage message;
  *message.mutable_result() = result;
  Say(message);
  if (!random_.Chance(rig_.plan.duplicates)) return;
  rig_.failpoints.Reach("worker", "says something twice");
  rig_.timeline.In(random_.Between(0ms, 3000ms), [this, message, session = session_] {
    if (alive_ && session == session_) Say(message);
  });
}

void SimWorker::Fail(const Question& question, const std::string& why) {
  --busy_;
  v1::WorkerMessage message;
  v1::WorkFailure& failure = *message.mutable_failure();
  failure.set_job(question.run.job());
  failure.set_step(question.run.step());
  failure.set_block(question.block);
  failure.set_message(why);
  Say(message);
  Work();
}

}  // namespace paceline
