#include "tests/testing/sim/answers.h"

#include "coordinator/job/outer_loop.h"
#include "gtest/gtest.h"
#include "tests/testing/sim/fake_cluster.h"
#include "tests/testing/sim/random.h"

namespace paceline {

BlockWindow SimWindow(const v1::JobConfig& config, uint32_t block, int64_t step) {
  EpisodeCursor cursor(config, block);
  cursor.Seek(step);
  return cursor.window();
}

v1::WindowResult SimBlock::Run(const v1::JobConfig& config, const v1::RunWindows& run,
                               uint32_t block) {
  const BlockWindow window = SimWindow(config, block, run.step());
  if (window.begins_episode()) state_ = static_cast<uint64_t>(run.step());
  state_ = SimRandom(state_ ^ run.theta_hash()).Next();
  next_step_ = run.step() + 1;
  v1::RunWindows of_state = run;
  of_state.set_theta_hash(state_);
  v1::WindowResult result = ToyAnswer(config, of_state, block);
  result.set_theta_hash(run.theta_hash());
  if (!episodes_) episodes_.emplace(result.particles_size());
  episodes_->Begin(window);
  for (int i = 0; i < result.particles_size(); ++i) {
    result.mutable_particles(i)->set_began(episodes_->starts()[i]);
    if (result.particles(i).diverged()) episodes_->MarkDiverged(i);
  }
  return result;
}

SimReference Undisturbed(const std::string& job, const v1::JobConfig& config) {
  SimReference reference;
  OuterLoop loop(job, config, 1);
  std::vector<SimBlock> blocks(loop.blocks());
  reference.theta_hashes.push_back(loop.theta_hash());
  while (!loop.done()) {
    v1::RunWindows run;
    run.set_step(loop.step());
    run.set_theta_hash(loop.theta_hash());
    std::vector<ParticleScalars> scalars;
    for (uint32_t block = 0; block < loop.blocks(); ++block) {
      const v1::WindowResult answer = blocks[block].Run(config, run, block);
      for (const v1::ParticleResult& particle : answer.particles()) {
        scalars.push_back({.sum_plus = particle.sum_plus(),
                           .sum_minus = particle.sum_minus(),
                           .trained_steps = particle.trained_steps(),
                           .diverged = particle.diverged()});
      }
    }
    const auto record = loop.Advance(scalars);
    EXPECT_TRUE(record.ok()) << record.status();
    if (!record.ok()) break;
    reference.theta_hashes.push_back(loop.theta_hash());
    reference.scalars.push_back(std::move(scalars));
  }
  return reference;
}

}  // namespace paceline
