#include "worker/agent/window_runner.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace paceline {
namespace {

v1::WindowResult ToResult(const std::vector<ParticleScalars>& particles,
                          SteadyTime::duration elapsed) {
  v1::WindowResult result;
  for (const ParticleScalars& particle : particles) {
    v1::ParticleResult& out = *result.add_particles();
    out.set_sum_plus(particle.sum_plus);
    out.set_sum_minus(particle.sum_minus);
    out.set_trained_steps(particle.trained_steps);
    out.set_diverged(particle.diverged);
    if (particle.began != ParticleScalars::kUnknown) out.set_began(particle.began);
  }
  result.set_elapsed_us(std::chrono::duration_cast<std::chrono::microseconds>(elapsed).count());
  return result;
}

v1::WindowResult Addressed(v1::WindowResult result, const WindowRequest& request) {
  result.set_job(request.job);
  result.set_step(request.step);
  result.set_block(request.block);
  result.set_theta_hash(request.theta_hash);
  result.set_epoch(request.epoch);
  return result;
}

bool Answers(const v1::WindowResult& result, const WindowRequest& request) {
  return result.step() == request.step && result.theta_hash() == request.theta_hash;
}

// The first window to run so that the block arrives at `step`.
int64_t FirstWindow(BlockEngine& block, int64_t step) {
  const int64_t start = block.EpisodeStart(step);
  const int64_t next = block.next_step();
  return next > start && next <= step ? next : start;
}

// Windows whose θ are fetched at a time.
int64_t WindowsAtATime(size_t theta_size, size_t bytes) {
  constexpr size_t kMost = 1024;
  return static_cast<int64_t>(
      std::clamp<size_t>(bytes / (sizeof(float) * std::max<size_t>(theta_size, 1)), 1, kMost));
}

absl::Status CheckTheta(const ThetaVersion& theta, const WindowRequest& request,
                        size_t theta_size) {
  if (theta.values.size() != theta_size) {
    return absl::FailedPreconditionError(
        absl::StrCat("theta of outer step ", theta.step, " has ", theta.values.size(),
                     " values; this worker's optimizer has ", theta_size));
  }
  if (theta.step != request.step || theta.hash == request.theta_hash) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("theta of outer step ", request.step, " has hash ", absl::Hex(theta.hash),
                   "; asked for is ", absl::Hex(request.theta_hash)));
}

// One request on its way: windows `next`, `next` + 1, ... are run up to the one that it asks for.
class WindowRunner {
 public:
  WindowRunner(const WindowRequest& request, HeldJob& job, JobEngine& engine, HeldBlock& block,
               const WindowPorts& ports)
      : request_(request), job_(job), engine_(engine), block_(block), ports_(ports) {}

  absl::StatusOr<v1::WindowResult> Run() {
    const int64_t at_a_time = WindowsAtATime(engine_.theta_size(), ports_.theta_bytes);
    for (int64_t next = FirstWindow(*block_.engine, request_.step); next <= request_.step;
         next += at_a_time) {
      const int64_t last = std::min(request_.step, next + at_a_time - 1);
      EnterPhase(next < request_.step ? "remake" : "run");
      auto thetas = job_.thetas().Get(next, last, ports_.fetch);
      if (!thetas.ok()) return thetas.status();
      for (const ThetaPtr& theta : *thetas) {
        absl::Status status = CheckTheta(*theta, request_, engine_.theta_size());
        if (!status.ok()) return status;
      }
      for (const ThetaPtr& theta : *thetas) {
        if (absl::Status status = RunOne(*theta); !status.ok()) return status;
      }
    }
    result_.set_replayed_inner_steps(replayed_);
    return Addressed(std::move(result_), request_);
  }

 private:
  void EnterPhase(std::string_view name) {
    if (phase_ == name) return;
    phase_ = name;
    phase_span_.End();
    phase_span_ = ports_.tracer.StartPart(name);
  }

  absl::Status RunOne(const ThetaVersion& theta) {
    // The state is whole: it can be gone on with.
    if (ports_.stopping() || job_.ended()) return absl::CancelledError("stopped");
    if (job_.Find(request_.block).get() != &block_) return absl::CancelledError("released");
    // What was run again is saved before anything is built on it, so that workers that die one
    // after the other do not add up.
    if (theta.step == request_.step && replayed_ > 0 && ports_.snapshots) {
      ports_.snapshots->SaveIfDue(job_, request_.block);
    }
    if (theta.step == request_.step) EnterPhase("run");
    const SteadyTime begin = ports_.clock.Now();
    auto particles = block_.engine->RunWindow(theta.step, theta.values);
    if (!particles.ok()) {
      // What an error left is not to be built on.
      job_.Release({{request_.block}});
      phase_span_.Fail(particles.status());
      return particles.status();
    }
    block_.theta_hash = theta.hash;
    if (theta.step == request_.step) {
      result_ = ToResult(*particles, ports_.clock.Now() - begin);
    } else {
      replayed_ += block_.engine->InnerSteps(theta.step);
    }
    return absl::OkStatus();
  }

  const WindowRequest& request_;
  HeldJob& job_;
  JobEngine& engine_;
  HeldBlock& block_;
  const WindowPorts& ports_;
  int64_t replayed_ = 0;
  v1::WindowResult result_;
  std::string_view phase_;  // making the block anew, or running its window
  Span phase_span_;
};

absl::StatusOr<v1::WindowResult> Answer(const WindowRequest& request, HeldJob& job,
                                        const WindowPorts& ports) {
  auto engine = job.engine();
  if (!engine.ok()) return engine.status();
  if (request.block >= (*engine)->blocks() || request.step < 0) {
    return absl::OutOfRangeError(absl::StrCat("asked for outer step ", request.step, " of block ",
                                              request.block, "; the job has ", (*engine)->blocks(),
                                              " blocks"));
  }
  const std::shared_ptr<HeldBlock> block = job.Block(request.block, **engine);
  if (block->last && Answers(*block->last, request)) return Addressed(*block->last, request);
  if (ports.snapshots) ports.snapshots->Advance(request, job, **engine, *block, ports.fetch);
  auto result = WindowRunner(request, job, **engine, *block, ports).Run();
  if (!result.ok()) return result.status();
  block->last = *result;
  job.NoteEpisodeStart(request.block, block->engine->EpisodeStart(request.step));
  return result;
}

}  // namespace

absl::StatusOr<v1::WindowResult> AnswerWindow(const WindowRequest& request, HeldJob& job,
                                              const WindowPorts& ports) {
  // The last resort for what the engine's own boundary lets through (no memory, say).
  try {
    return Answer(request, job, ports);
  } catch (const std::exception& e) {
    job.Release({{request.block}});
    return absl::ResourceExhaustedError(e.what());
  }
}

}  // namespace paceline
