#include "coordinator/job/job_mail.h"

#include <memory>
#include <utility>

namespace paceline {

void JobMail::Ask(WorkerId worker, uint64_t epoch, int64_t step, uint64_t theta_hash,
                  const std::vector<uint32_t>& blocks) {
  Prepare(worker);
  auto message = std::make_shared<v1::CoordinatorMessage>();
  v1::RunWindows& run = *message->mutable_run();
  run.set_job(job_);
  run.set_step(step);
  run.set_theta_hash(theta_hash);
  run.set_epoch(epoch);
  run.set_traceparent(traceparent_);
  run.mutable_blocks()->Add(blocks.begin(), blocks.end());
  Push(worker, std::move(message));
}

void JobMail::Prepare(WorkerId worker) {
  constexpr int64_t kNone = -1;
  auto [known, is_new] = known_.try_emplace(worker, kNone);
  if (is_new) {
    auto message = std::make_shared<v1::CoordinatorMessage>();
    message->mutable_job()->set_job(job_);
    *message->mutable_job()->mutable_config() = config_;
    Push(worker, std::move(message));
  }
  const int64_t newest = history_.newest()->theta().step();
  if (known->second == newest) return;
  known->second = newest;
  Push(worker, history_.newest());
}

void JobMail::Release(WorkerId worker, const std::vector<uint32_t>& blocks) {
  if (!IsKnownTo(worker) || blocks.empty()) return;
  auto message = std::make_shared<v1::CoordinatorMessage>();
  message->mutable_release()->set_job(job_);
  message->mutable_release()->mutable_blocks()->Add(blocks.begin(), blocks.end());
  Push(worker, std::move(message));
}

void JobMail::End(WorkerId worker, const std::string& why) {
  if (known_.erase(worker) == 0) return;
  auto message = std::make_shared<v1::CoordinatorMessage>();
  message->mutable_end()->set_job(job_);
  message->mutable_end()->set_reason(why);
  Push(worker, std::move(message));
}

void JobMail::EndAll(const std::string& why) {
  auto message = std::make_shared<v1::CoordinatorMessage>();
  message->mutable_end()->set_job(job_);
  message->mutable_end()->set_reason(why);
  for (const auto& [worker, step] : std::exchange(known_, {})) Push(worker, message);
}

void JobMail::Push(WorkerId to, SharedMessage message) {
  ++traffic_.messages;
  traffic_.bytes += message->ByteSizeLong();
  out_.push_back({to, std::move(message)});
}

void JobMail::CountIncoming(const v1::WorkerMessage& message) {
  ++traffic_.messages;
  traffic_.bytes += message.ByteSizeLong();
}

}  // namespace paceline
