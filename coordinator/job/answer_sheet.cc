#include "coordinator/job/answer_sheet.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"

namespace paceline {
namespace {

std::string NameOf(const v1::WindowResult& result) {
  return absl::StrCat("answer for outer step ", result.step(), ", block ", result.block());
}

Judgement Compared(const v1::WindowResult& result, bool equal) {
  if (equal) return {Verdict::kDuplicate, {}, NameOf(result) + " came twice"};
  return {Verdict::kConflict, {}, NameOf(result) + " came twice, and the two differ"};
}

}  // namespace

std::vector<ParticleScalars> ScalarsOf(const v1::WindowResult& result) {
  std::vector<ParticleScalars> particles;
  particles.reserve(result.particles_size());
  for (const v1::ParticleResult& particle : result.particles()) {
    particles.push_back(
        {.sum_plus = particle.sum_plus(),
         .sum_minus = particle.sum_minus(),
         .trained_steps = particle.trained_steps(),
         .diverged = particle.diverged(),
         .began = particle.has_began() ? particle.began() : ParticleScalars::kUnknown});
  }
  return particles;
}

Judgement Refused(const v1::WindowResult& result, Refusal refusal, const std::string& why) {
  const bool stale = refusal == Refusal::kLate || refusal == Refusal::kOldEpoch;
  return {stale ? Verdict::kStale : Verdict::kInvalid, refusal, absl::StrCat(NameOf(result), why)};
}

AnswerSheet::AnswerSheet(std::string job, uint32_t blocks, uint32_t particles_per_block)
    : job_(std::move(job)),
      particles_(particles_per_block),
      questions_(blocks),
      answers_(blocks),
      previous_(blocks) {}

void AnswerSheet::Open(uint32_t block, const WindowQuestion& question) {
  std::vector<Testimony>& answers = answers_[block];
  previous_[block].clear();
  if (!answers.empty()) {
    const bool follows = question.step == questions_[block].step + 1;
    if (follows) previous_[block] = std::move(answers.front().particles);
    answers.clear();
    --answered_;
  }
  questions_[block] = question;
}

std::optional<Judgement> AnswerSheet::Fault(const v1::WindowResult& result) const {
  if (result.job() != job_) return Refused(result, Refusal::kLate, " is of another job");
  if (result.block() >= answers_.size()) {
    return Refused(result, Refusal::kNoSuchBlock, ": there is no such block");
  }
  const WindowQuestion& question = questions_[result.block()];
  if (result.step() < question.step) return Late(result);
  if (result.step() > question.step) {
    return Refused(result, Refusal::kFutureStep, " is of a step not asked for yet");
  }
  if (result.theta_hash() != question.theta_hash) {
    return Refused(result, Refusal::kOtherTheta, " was computed with another θ");
  }
  return ParticleFault(result);
}

bool AnswerSheet::DiffersFromPrevious(const v1::WindowResult& result) const {
  if (result.block() >= previous_.size()) return false;
  const auto& counted = previous_[result.block()];
  const bool is_previous = result.step() + 1 == questions_[result.block()].step;
  return is_previous && !counted.empty() && ScalarsOf(result) != counted;
}

Judgement AnswerSheet::Late(const v1::WindowResult& result) const {
  const auto& counted = previous_[result.block()];
  const bool is_previous = result.step() + 1 == questions_[result.block()].step;
  if (is_previous && !counted.empty() && ScalarsOf(result) == counted) {
    return Compared(result, true);
  }
  return Refused(result, Refusal::kLate, " is late");
}

std::optional<Judgement> AnswerSheet::ParticleFault(const v1::WindowResult& result) const {
  if (static_cast<uint32_t>(result.particles_size()) != particles_) {
    return Refused(
        result, Refusal::kParticles,
        absl::StrCat(": ", result.particles_size(), " particles instead of ", particles_));
  }
  const WindowQuestion& limits = questions_[result.block()];
  for (int i = 0; i < result.particles_size(); ++i) {
    const v1::ParticleResult& particle = result.particles(i);
    const auto refused = [&](Refusal refusal, auto... why) {
      return Refused(result, refusal, absl::StrCat(": particle ", i, why...));
    };
    const double plus = particle.sum_plus(), minus = particle.sum_minus();
    if (!std::isfinite(plus) || !std::isfinite(minus)) {
      return refused(Refusal::kNotFinite, " has a loss that is not finite");
    }
    if (particle.trained_steps() != limits.inner_steps) {
      return refused(Refusal::kTrainedSteps, " claims ", particle.trained_steps(),
                     " trained steps in a window of ", limits.inner_steps);
    }
    if (!limits.sums.Holds(plus) || !(limits.antithetic ? limits.sums.Holds(minus) : minus == 0)) {
      return refused(Refusal::kOutOfRange, " has the sums ", plus, " and ", minus,
                     limits.antithetic ? "; they lie" : "; the second is 0 and the first lies",
                     " between ", limits.sums.low, " and ", limits.sums.high);
    }
  }
  return std::nullopt;
}

Judgement AnswerSheet::Take(WorkerId from, const v1::WindowResult& result) {
  std::vector<Testimony>& answers = answers_[result.block()];
  std::vector<ParticleScalars> particles = ScalarsOf(result);
  const auto own = std::ranges::find(answers, from, &Testimony::worker);
  if (own != answers.end()) {
    if (own->particles == particles) return Compared(result, true);
    return Refused(result, Refusal::kContradiction,
                   " came twice of the same worker, and the two differ; the first one counts");
  }
  answers.push_back({from, std::move(particles)});
  if (answers.size() > 1) {
    if (answers.back().particles == answers.front().particles) return {Verdict::kConfirmed, {}, ""};
    return Compared(result, false);
  }
  ++answered_;
  return {Verdict::kAccepted, {}, ""};
}

bool AnswerSheet::Agree(uint32_t block) const {
  const std::vector<Testimony>& answers = answers_[block];
  return std::ranges::all_of(answers, [&](const Testimony& testimony) {
    return testimony.particles == answers.front().particles;
  });
}

void AnswerSheet::LetCount(uint32_t block, size_t testimony) {
  std::swap(answers_[block].front(), answers_[block][testimony]);
}

std::vector<uint32_t> AnswerSheet::Discard(WorkerId worker) {
  std::vector<uint32_t> open;
  for (uint32_t block = 0; block < answers_.size(); ++block) {
    std::vector<Testimony>& answers = answers_[block];
    const auto gone =
        std::erase_if(answers, [worker](const Testimony& own) { return own.worker == worker; });
    if (gone > 0 && answers.empty()) open.push_back(block);
  }
  answered_ -= static_cast<uint32_t>(open.size());
  return open;
}

}  // namespace paceline
