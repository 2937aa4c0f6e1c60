#include "coordinator/job/answer_sheet.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"

namespace paceline {
namespace {

std::vector<ParticleScalars> Unpack(const v1::WindowResult& result) {
  std::vector<ParticleScalars> particles;
  for (const v1::ParticleResult& particle : result.particles()) {
    particles.push_back({.sum_plus = particle.sum_plus(),
                         .sum_minus = particle.sum_minus(),
                         .trained_steps = particle.trained_steps(),
                         .diverged = particle.diverged()});
  }
  return particles;
}

}  // namespace

AnswerSheet::AnswerSheet(std::string job, uint32_t blocks, uint32_t particles_per_block)
    : job_(std::move(job)), particles_(particles_per_block), epochs_(blocks), answers_(blocks) {}

void AnswerSheet::Begin(int64_t step, uint64_t theta_hash, std::vector<int64_t> inner_steps) {
  step_ = step;
  theta_hash_ = theta_hash;
  inner_steps_ = std::move(inner_steps);
  for (auto& answer : answers_) answer.clear();
}

Judgement AnswerSheet::Take(const v1::WindowResult& result) {
  const uint32_t block = result.block();
  const std::string name = absl::StrCat("answer for outer step ", result.step(), ", block ", block);
  if (result.job() != job_) return {Verdict::kStale, name + " is of another job"};
  if (block >= answers_.size()) return {Verdict::kInvalid, name + ": there is no such block"};
  if (result.step() < step_) return {Verdict::kStale, name + " is late"};
  if (result.step() > step_) return {Verdict::kInvalid, name + " is of a step not asked for yet"};
  if (result.theta_hash() != theta_hash_) {
    return {Verdict::kInvalid, name + " was computed with another θ"};
  }
  if (std::string fault = Fault(result); !fault.empty()) {
    return {Verdict::kInvalid, absl::StrCat(name, ": ", fault)};
  }
  std::vector<ParticleScalars> particles = Unpack(result);
  if (answered(block)) {
    if (particles == answers_[block]) return {Verdict::kDuplicate, name + " came twice"};
    return {Verdict::kConflict, name + " came twice, and the two differ"};
  }
  if (std::ranges::find(epochs_[block], result.epoch()) == epochs_[block].end()) {
    return {Verdict::kStale, name + " is from before the block was handed on"};
  }
  answers_[block] = std::move(particles);
  return {Verdict::kAccepted, ""};
}

std::string AnswerSheet::Fault(const v1::WindowResult& result) const {
  if (static_cast<uint32_t>(result.particles_size()) != particles_) {
    return absl::StrCat(result.particles_size(), " particles instead of ", particles_);
  }
  for (int i = 0; i < result.particles_size(); ++i) {
    const v1::ParticleResult& particle = result.particles(i);
    if (!std::isfinite(particle.sum_plus()) || !std::isfinite(particle.sum_minus())) {
      return absl::StrCat("particle ", i, " has a loss that is not finite");
    }
    if (particle.trained_steps() != inner_steps_[result.block()]) {
      return absl::StrCat("particle ", i, " claims ", particle.trained_steps(),
                          " trained steps in a window of ", inner_steps_[result.block()]);
    }
  }
  return "";
}

std::vector<ParticleScalars> AnswerSheet::Scalars() const {
  std::vector<ParticleScalars> all;
  for (const auto& answer : answers_) all.insert(all.end(), answer.begin(), answer.end());
  return all;
}

}  // namespace paceline
