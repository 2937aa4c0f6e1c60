#include "coordinator/store/scalars.h"

#include <bit>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace paceline {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr char kFormat = 1;
constexpr size_t kParticleBytes = 8 + 8 + 4 + 1;

template <typename T>
void Put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

template <typename T>
T Get(const char*& at) {
  T value;
  std::memcpy(&value, at, sizeof(value));
  at += sizeof(value);
  return value;
}

}  // namespace

std::string EncodeScalars(std::span<const ParticleScalars> particles) {
  std::string out(1, kFormat);
  out.reserve(1 + particles.size() * kParticleBytes);
  for (const ParticleScalars& particle : particles) {
    Put(out, particle.sum_plus);
    Put(out, particle.sum_minus);
    Put(out, particle.trained_steps);
    Put(out, static_cast<uint8_t>(particle.diverged));
  }
  return out;
}

absl::StatusOr<std::vector<ParticleScalars>> DecodeScalars(std::string_view bytes) {
  if (bytes.empty() || bytes[0] != kFormat || (bytes.size() - 1) % kParticleBytes != 0) {
    return absl::DataLossError(absl::StrCat("stored scalars are damaged: ", bytes.size(),
                                            " bytes, format ", bytes.empty() ? -1 : int{bytes[0]},
                                            " (this program reads format ", int{kFormat}, ")"));
  }
  std::vector<ParticleScalars> particles((bytes.size() - 1) / kParticleBytes);
  const char* at = bytes.data() + 1;
  for (ParticleScalars& particle : particles) {
    particle.sum_plus = Get<double>(at);
    particle.sum_minus = Get<double>(at);
    particle.trained_steps = Get<uint32_t>(at);
    particle.diverged = Get<uint8_t>(at) != 0;
  }
  return particles;
}

}  // namespace paceline
