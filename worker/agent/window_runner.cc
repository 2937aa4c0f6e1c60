#include "worker/agent/window_runner.h"

#include <chrono>
#include <exception>

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

absl::StatusOr<v1::WindowResult> RunWindows(HeldBlock& block, const std::vector<ThetaPtr>& thetas,
                                            const std::function<bool()>& stopping,
                                            const Clock& clock) {
  int64_t replayed = 0;
  for (const ThetaPtr& theta : thetas) {
    if (stopping()) return absl::CancelledError("stopped");
    const SteadyTime begin = clock.Now();
    auto particles = block.engine->RunWindow(theta->step, theta->values);
    if (!particles.ok()) return particles.status();
    block.theta_hash = theta->hash;
    if (theta != thetas.back()) {
      replayed += block.engine->InnerSteps(theta->step);
      continue;
    }
    v1::WindowResult result = ToResult(*particles, clock.Now() - begin);
    result.set_replayed_inner_steps(replayed);
    return result;
  }
  return absl::InternalError("no window to run");
}

absl::Status CheckThetas(const std::vector<ThetaPtr>& thetas, const WindowRequest& request,
                         size_t theta_size) {
  for (const ThetaPtr& theta : thetas) {
    if (theta->values.size() == theta_size) continue;
    return absl::FailedPreconditionError(
        absl::StrCat("theta of outer step ", theta->step, " has ", theta->values.size(),
                     " values; this worker's optimizer has ", theta_size));
  }
  if (thetas.back()->hash == request.theta_hash) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "theta of outer step ", request.step, " has hash ", absl::Hex(thetas.back()->hash),
      "; asked for is ", absl::Hex(request.theta_hash)));
}

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
  const int64_t first = FirstWindow(*block->engine, request.step);
  auto thetas = job.thetas().Get(first, request.step, ports.fetch);
  if (!thetas.ok()) return thetas.status();
  if (absl::Status status = CheckThetas(*thetas, request, (*engine)->theta_size()); !status.ok()) {
    return status;
  }
  const auto stop = [&] { return ports.stopping() || job.ended(); };
  absl::StatusOr<v1::WindowResult> result = RunWindows(*block, *thetas, stop, ports.clock);
  if (!result.ok()) {
    // Stopped between two windows, the state is whole; what an error left is not to be built on.
    if (!absl::IsCancelled(result.status())) job.Release({{request.block}});
    return result.status();
  }
  block->last = Addressed(*std::move(result), request);
  job.NoteEpisodeStart(request.block, block->engine->EpisodeStart(request.step));
  return *block->last;
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
