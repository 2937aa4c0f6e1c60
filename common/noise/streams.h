// Counter-based randomness: every random number is Philox4x32-10 of a 64-bit run key and a 128-bit
// counter that names the number's place. No generator carries state, so nothing depends on who
// draws or when.  (J. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.)
//
// Counter words: { index / 4, step, episode, particle << 8 | purpose }; the number is word index
// % 4. All functions are pure and thread-safe, and give the same bits on every instruction set.
#pragma once

#include <cstdint>
#include <span>

namespace paceline {

// What a stream of random numbers is for. Part of every number's name: never renumber.
enum class Purpose : uint8_t {
  kThetaInit = 1,      // initial meta-parameters
  kPerturbation = 2,   // ε of a particle; step = the outer step at which it was drawn
  kEpisodeLength = 3,  // particle = block, episode = outer step at which the episode begins
  kEpisodeCut = 4,     // length of a block's first episode; particle = block
  kTaskChoice = 5,     // which of the config's tasks; as kEpisodeLength
  kTaskInit = 6,       // initial inner parameters; episode = outer step at which it began
  kBatch = 7,          // examples of a batch; episode as kTaskInit, step = inner step
  kTaskDynamic = 8,    // dynamic task settings (the target of a quadratic, ...); as kTaskInit
  kTaskDraw = 9,       // what a step draws beside its batch (dropout, latent noise, ...); as kBatch
  kTaskSample = 10,    // which task of a sample; as kTaskChoice, step = the number of the try
  kCurvatureProbe = 16,  // the vector that the curvature is probed with; as kBatch
  kHeldOutBatch = 20,  // examples that the objective is measured on after an inner step; as kBatch
  kFinalBatch = 21,    // and at an episode's final weights; step = the number of the batch
  kHeldOutDraw = 22,   // what those batches draw beside their examples
  kFinalDraw = 23,
  kTextRule = 32,  // the rule of an episode's synthetic text; episode as kTaskInit, step: the
                   // index's high bits
  // Augmentations (common/task/augment.h).
  kAugment = 40,            // which, with which numbers; as kTaskChoice, step = the augmentation
  kAugmentScales = 41,      // scales of parameters; as kTaskInit
  kAugmentLabels = 42,      // labels that are drawn anew; as kBatch
  kAugmentEs = 43,          // perturbations of an ES gradient; as kBatch
  kAugmentDirections = 44,  // directions that a gradient is projected on; as kBatch
  kAugmentNoise = 45,       // noise on a gradient; as kBatch
};

inline constexpr uint32_t kMaxParticles = 1u << 24;

struct Stream {
  uint64_t key = 0;  // the run key: JobConfig.seed
  Purpose purpose{};
  uint32_t particle = 0;  // < kMaxParticles
  uint32_t episode = 0;
  uint32_t step = 0;
};

// Numbers first, first+1, ... of the stream.
void FillWords(const Stream& stream, uint64_t first, std::span<uint32_t> out);
// Standard normals. Normal i is made from words of the same Philox block (common/noise/normal.h).
void FillNormals(const Stream& stream, uint64_t first, std::span<float> out);
// Uniform indices in [0, bound) by multiply-shift of one word each.
void FillIndices(const Stream& stream, uint64_t first, uint32_t bound, std::span<uint32_t> out);

// One number, as a double in [0, 1) with 32 random bits.
double UniformAt(const Stream& stream, uint64_t index);

// out[i] = theta[i] + sign·sigma·n_i, rounded once, with n the stream's normals; sign is +1 or −1.
void Perturb(std::span<const float> theta, float sigma, int sign, const Stream& stream,
             std::span<float> out);
// The same with a sigma of each element's own: out[i] = fma(scale·sigmas[i], n_i, theta[i]).
void Perturb(std::span<const float> theta, std::span<const float> sigmas, float scale,
             const Stream& stream, std::span<float> out);
// sum[i] = fma(coefficient, n_{first+i}, sum[i]): one term of the gradient, on a range of θ that
// starts at index `first` (a multiple of 4).
void AddScaledNormals(float coefficient, const Stream& stream, uint64_t first,
                      std::span<float> sum);

}  // namespace paceline
