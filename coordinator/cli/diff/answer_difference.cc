#include "coordinator/cli/diff/answer_difference.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "fmt/format.h"

namespace paceline {
namespace {

std::string Digits(double value) { return fmt::format("{:.17g}", value); }

std::string Named(const v1::CountedAnswer& answer) {
  return fmt::format("block {}, window {}", answer.block(), answer.window());
}

// Field and both values.
struct Field {
  const char* name;
  std::string a, b;
};

bool SameBits(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}

// A particle's episode is not told by every build.
bool SameBegin(const v1::ParticleResult& a, const v1::ParticleResult& b) {
  return !a.has_began() || !b.has_began() || a.began() == b.began();
}

std::optional<Field> FieldDifference(const v1::ParticleResult& a, const v1::ParticleResult& b) {
  if (!SameBits(a.sum_plus(), b.sum_plus())) {
    return Field{"sum_plus", Digits(a.sum_plus()), Digits(b.sum_plus())};
  }
  if (!SameBits(a.sum_minus(), b.sum_minus())) {
    return Field{"sum_minus", Digits(a.sum_minus()), Digits(b.sum_minus())};
  }
  if (a.trained_steps() != b.trained_steps()) {
    return Field{"trained_steps", fmt::to_string(a.trained_steps()),
                 fmt::to_string(b.trained_steps())};
  }
  if (a.diverged() != b.diverged()) {
    return Field{"diverged", fmt::to_string(a.diverged()), fmt::to_string(b.diverged())};
  }
  if (!SameBegin(a, b)) {
    return Field{"began", fmt::to_string(a.began()), fmt::to_string(b.began())};
  }
  return std::nullopt;
}

// Of two answers to the same question.
std::optional<AnswerDifference> Compare(int64_t step, const v1::CountedAnswer& a,
                                        const v1::CountedAnswer& b) {
  AnswerDifference difference{.step = step, .block = a.block(), .window = a.window()};
  for (int i = 0; i < std::min(a.particles_size(), b.particles_size()); ++i) {
    auto field = FieldDifference(a.particles(i), b.particles(i));
    if (!field) continue;
    difference.particle = i;
    difference.field = field->name;
    difference.a = std::move(field->a);
    difference.b = std::move(field->b);
    return difference;
  }
  if (a.particles_size() == b.particles_size()) return std::nullopt;
  difference.field = "particles";
  difference.a = fmt::to_string(a.particles_size());
  difference.b = fmt::to_string(b.particles_size());
  return difference;
}

}  // namespace

std::optional<AnswerDifference> FirstDifference(const v1::StepScalars& a,
                                                const v1::StepScalars& b) {
  for (int i = 0; i < std::max(a.answers_size(), b.answers_size()); ++i) {
    const v1::CountedAnswer* own = i < a.answers_size() ? &a.answers(i) : nullptr;
    const v1::CountedAnswer* other = i < b.answers_size() ? &b.answers(i) : nullptr;
    if (own && other && own->block() == other->block() && own->window() == other->window()) {
      if (auto difference = Compare(a.step(), *own, *other)) return difference;
      continue;
    }
    const v1::CountedAnswer& shown = own ? *own : *other;
    return AnswerDifference{.step = a.step(),
                            .block = shown.block(),
                            .window = shown.window(),
                            .field = "answer",
                            .a = own ? Named(*own) : "",
                            .b = other ? Named(*other) : ""};
  }
  return std::nullopt;
}

}  // namespace paceline
