// What a simulated worker says that is not so.
#include <limits>
#include <utility>

#include "tests/testing/sim/worker.h"

namespace paceline {

// None of these is such that it could be true.
void SimWorker::Lie(const Question& question, v1::WindowResult result) {
  v1::WorkerMessage message;
  v1::ParticleResult& particle = *result.mutable_particles(0);
  const uint64_t kind = random_.Below(10);
  constexpr const char* kNames[] = {"a sum out of range", "a number that is none", "another θ",
                                    "another's block",    "no such block",         "a future step",
                                    "particles",          "trained steps",         "an old epoch",
                                    "a false failure"};
  rig_.failpoints.Reach("lie:", kNames[kind]);
  if (kind == 0) particle.set_sum_plus(1e30);
  if (kind == 1) particle.set_sum_minus(std::numeric_limits<double>::quiet_NaN());
  if (kind == 2) result.set_theta_hash(result.theta_hash() + 1);
  if (kind == 3 || kind == 9) {
    const Job& job = jobs_.at(question.run.job());
    const uint32_t blocks = job.config.estimator().particles() / job.config.estimator().block();
    const auto block = static_cast<uint32_t>(random_.Below(blocks));
    if (asked_.contains({question.run.step(), block})) return;
    result.set_block(block);
  }
  if (kind == 4) result.set_block(10'000);
  if (kind == 5) result.set_step(result.step() + 1);
  if (kind == 6) result.mutable_particles()->RemoveLast();
  if (kind == 7) particle.set_trained_steps(particle.trained_steps() + 1);
  if (kind == 8) result.set_epoch(1);
  if (kind == 9) {
    message.mutable_failure()->set_job(result.job());
    message.mutable_failure()->set_step(result.step());
    message.mutable_failure()->set_block(result.block());
    message.mutable_failure()->set_message("\x1b[31mlies");
  } else {
    *message.mutable_result() = std::move(result);
  }
  Say(message);
}

}  // namespace paceline
