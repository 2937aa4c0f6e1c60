// What the coordinator itself spends on an answer, whatever the number of workers.
#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "common/base/protocol.h"
#include "coordinator/bench/scratch_folder.h"
#include "coordinator/bench/sections.h"
#include "coordinator/job/coordinator.h"
#include "coordinator/store/memory_store.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "spdlog/spdlog.h"

namespace paceline {
namespace {

using Time = std::chrono::steady_clock;

constexpr uint32_t kBlocks = 1024;
constexpr int kSteps = 20, kWarmSteps = 3;

v1::JobConfig Config() {
  v1::JobConfig config;
  config.set_name("bench");
  config.mutable_optimizer()->mutable_learnable_sgdm()->set_learning_rate(0.01);
  config.mutable_optimizer()->mutable_learnable_sgdm()->set_momentum(0.9);
  v1::Task& task = *config.add_tasks();
  task.set_weight(1);
  task.mutable_quadratic()->set_dimension(3);
  task.mutable_quadratic()->set_kind(v1::QUADRATIC_KIND_PLAIN);
  config.mutable_episode()->mutable_constant()->set_steps(100);
  config.mutable_estimator()->mutable_nres()->set_window(5);
  config.mutable_estimator()->mutable_nres()->set_sigma(0.01);
  config.mutable_estimator()->set_particles(kBlocks);
  config.mutable_estimator()->set_block(1);
  config.mutable_outer()->set_steps(kSteps);
  config.mutable_outer()->mutable_optimizer()->mutable_sgd()->set_learning_rate(0.01);
  config.set_aggregation(v1::AGGREGATION_STRICT);
  config.set_engine(v1::ENGINE_REFERENCE);
  config.set_checkpoint_every(1'000'000);
  return config;
}

// Keeps what it is asked for.
class Questions : public WorkerLink {
 public:
  void Send(SharedMessage message) override {
    if (message->has_run()) asked_.push_back(std::move(message));
  }
  void Close(const std::string&) override {}

  std::vector<v1::WorkerMessage> TakeAnswers() {
    std::vector<v1::WorkerMessage> answers;
    for (const SharedMessage& message : std::exchange(asked_, {})) {
      for (const uint32_t block : message->run().blocks()) {
        v1::WindowResult& result = *answers.emplace_back().mutable_result();
        result.set_job(message->run().job());
        result.set_step(message->run().step());
        result.set_theta_hash(message->run().theta_hash());
        result.set_epoch(message->run().epoch());
        result.set_block(block);
        v1::ParticleResult& particle = *result.add_particles();
        particle.set_sum_plus(1 + block % 7);
        particle.set_sum_minus(1 + block % 5);
        particle.set_trained_steps(5);
      }
    }
    return answers;
  }

 private:
  std::vector<SharedMessage> asked_;
};

class Nobody : public JobObserver {
 public:
  void JobChanged(const std::string&) override {}
};

struct Spent {
  std::vector<double> answers;  // seconds of each answer that is not the last of its step
  double steps = 0;             // of the last ones: the step, and planning the next
  int step_count = 0;
};

class Bench {
 public:
  explicit Bench(const std::string& folder) : folder_(folder) {}

  absl::StatusOr<Spent> Run(int workers) {
    auto coordinator = Coordinator::Start({.data_folder = folder_}, store_, Clock::Real(), nobody_);
    if (!coordinator.ok()) return coordinator.status();
    coordinator_ = *std::move(coordinator);
    for (int i = 0; i < workers; ++i) {
      if (absl::Status joined = Join(); !joined.ok()) return joined;
    }
    v1::SubmitRequest request;
    *request.mutable_config() = Config();
    const auto job = coordinator_->Submit(request);
    if (!job.ok()) return job.status();
    for (int step = 0; step < kSteps; ++step) {
      if (!Step(step >= kWarmSteps)) return absl::InternalError("an outer step was not completed");
    }
    return std::move(spent_);
  }

 private:
  absl::Status Join() {
    v1::Hello hello;
    hello.set_protocol(kProtocolVersion);
    hello.set_threads(1);
    v1::TierFingerprint& own = *hello.add_fingerprints();
    own.set_tier(v1::ENGINE_REFERENCE);
    own.set_fingerprint("cpu");
    auto link = std::make_shared<Questions>();
    const auto id = coordinator_->Join(hello, "here", link);
    if (id.ok()) links_[*id] = std::move(link);
    return id.status();
  }

  bool Step(bool counts) {
    std::vector<std::pair<WorkerId, v1::WorkerMessage>> answers;
    for (const auto& [id, link] : links_) {
      for (v1::WorkerMessage& answer : link->TakeAnswers())
        answers.emplace_back(id, std::move(answer));
    }
    for (size_t i = 0; i < answers.size(); ++i) {
      const Time::time_point begin = Time::now();
      coordinator_->Receive(answers[i].first, std::move(answers[i].second));
      const double seconds = std::chrono::duration<double>(Time::now() - begin).count();
      if (!counts) continue;
      const bool is_last = i + 1 == answers.size();
      if (is_last) spent_.steps += seconds;
      if (is_last) ++spent_.step_count;
      if (!is_last) spent_.answers.push_back(seconds);
    }
    return answers.size() == kBlocks;
  }

  const std::string folder_;
  MemoryStore store_;
  Nobody nobody_;
  std::unique_ptr<Coordinator> coordinator_;
  std::map<WorkerId, std::shared_ptr<Questions>> links_;
  Spent spent_;
};

void TellRow(const TakeRow& take, int workers, const std::string& what, double value,
             const char* unit) {
  take({{"section", "answers"},
        {"name", fmt::format("{}, {} workers, {} blocks", what, workers, kBlocks)},
        {"threads", 1},
        {"value", value},
        {"unit", unit}});
}

}  // namespace

absl::Status RunAnswersSection(const TakeRow& take) {
  spdlog::set_level(spdlog::level::warn);
  for (const int workers : {20, 400, 1000}) {
    const ScratchFolder folder;
    if (folder.path().empty()) return absl::PermissionDeniedError("cannot make a temporary folder");
    auto spent = Bench(folder.path()).Run(workers);
    if (!spent.ok()) return spent.status();
    std::vector<double>& answers = spent->answers;
    std::ranges::sort(answers);
    TellRow(take, workers, "an answer, median", 1e6 * answers[answers.size() / 2], "us");
    TellRow(take, workers, "an answer, 99th percentile", 1e6 * answers[answers.size() * 99 / 100],
            "us");
    TellRow(take, workers, "an outer step and the next one's plan, mean",
            1e3 * spent->steps / spent->step_count, "ms");
  }
  return absl::OkStatus();
}

}  // namespace paceline
