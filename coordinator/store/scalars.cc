#include "coordinator/store/scalars.h"

#include <bit>

#include "absl/strings/str_cat.h"
#include "common/base/sealed.h"

namespace paceline {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr char kAllBlocks = 1, kSomeWindows = 2;
constexpr size_t kParticleBytes = 8 + 8 + 4 + 1, kBeganBytes = 8, kWindowBytes = 4 + 8;

absl::Status Damaged(std::string_view bytes) {
  return absl::DataLossError(absl::StrCat("stored scalars are damaged: ", bytes.size(),
                                          " bytes, format ", bytes.empty() ? -1 : int{bytes[0]},
                                          " (this program reads formats ", int{kAllBlocks}, " and ",
                                          int{kSomeWindows}, ")"));
}

bool TakeWindows(std::string_view& bytes, std::vector<CountedWindow>& windows) {
  uint32_t count = 0;
  if (!TakeNumber(bytes, count) || count == 0 || count > bytes.size() / kWindowBytes) return false;
  windows.resize(count);
  for (CountedWindow& window : windows) {
    TakeNumber(bytes, window.block);
    TakeNumber(bytes, window.step);
  }
  return true;
}

}  // namespace

std::string EncodeScalars(std::span<const ParticleScalars> particles,
                          std::span<const CountedWindow> windows) {
  const bool all = windows.empty();
  std::string out(1, all ? kAllBlocks : kSomeWindows);
  out.reserve(8 + windows.size() * kWindowBytes +
              particles.size() * (kParticleBytes + kBeganBytes));
  if (!all) AppendNumber(out, static_cast<uint32_t>(windows.size()));
  for (const CountedWindow& window : windows) {
    AppendNumber(out, window.block);
    AppendNumber(out, window.step);
  }
  for (const ParticleScalars& particle : particles) {
    AppendNumber(out, particle.sum_plus);
    AppendNumber(out, particle.sum_minus);
    AppendNumber(out, particle.trained_steps);
    AppendNumber(out, static_cast<uint8_t>(particle.diverged));
    if (!all) AppendNumber(out, particle.began);
  }
  return out;
}

absl::StatusOr<StoredScalars> DecodeScalars(std::string_view bytes) {
  std::string_view rest = bytes;
  char format = 0;
  if (!TakeNumber(rest, format) || (format != kAllBlocks && format != kSomeWindows)) {
    return Damaged(bytes);
  }
  const bool all = format == kAllBlocks;
  StoredScalars scalars;
  if (!all && !TakeWindows(rest, scalars.windows)) return Damaged(bytes);
  const size_t particle_bytes = kParticleBytes + (all ? 0 : kBeganBytes);
  if (rest.size() % particle_bytes != 0) return Damaged(bytes);
  scalars.particles.resize(rest.size() / particle_bytes);
  if (!all &&
      (scalars.particles.empty() || scalars.particles.size() % scalars.windows.size() != 0)) {
    return Damaged(bytes);
  }
  for (ParticleScalars& particle : scalars.particles) {
    uint8_t diverged = 0;
    TakeNumber(rest, particle.sum_plus);
    TakeNumber(rest, particle.sum_minus);
    TakeNumber(rest, particle.trained_steps);
    TakeNumber(rest, diverged);
    particle.diverged = diverged != 0;
    if (!all) TakeNumber(rest, particle.began);
  }
  return scalars;
}

}  // namespace paceline
