// The formulas of augmentations on flat arrays, the only text of each: the reference and the fused
// tier have their bits from here. Float operations in the order of the elements; sums in double, in
// a fixed order.
#pragma once

#include <span>

#include "paceline/v1/augment.pb.h"

namespace paceline {

// Σ a·b, of equal lengths.
double Dot(std::span<const float> a, std::span<const float> b);

// The nearest number of the type, ties to even; beyond its range an infinity.
float RoundTo(v1::StorageType type, float value);
void RoundAll(v1::StorageType type, std::span<float> values);

// values[i] *= factors[i]; values[i] /= divisors[i].
void MultiplyBy(std::span<const float> factors, std::span<float> values);
void DivideBy(std::span<const float> divisors, std::span<float> values);
void MultiplyBy(float factor, std::span<float> values);

// One pair of an ES gradient, of `pairs` in all, whose losses are those of p + e and p − e:
// gradient += e·(plus − minus)/(2·sigma²·pairs).
void AddEsPair(float plus, float minus, double sigma, uint32_t pairs, std::span<const float> e,
               std::span<float> gradient);

// sum += (g·v)·v, or sign(g·v)·v, with v = direction/‖direction‖; nothing for a direction of 0.
void AddProjection(std::span<const float> gradient, std::span<const float> direction, bool sign,
                   std::span<float> sum);

// g/‖g‖; a gradient of 0 stays.
void Normalize(std::span<float> gradient);

// gradient += scale·(its root mean square)·noise.
void AddNoise(double scale, std::span<const float> noise, std::span<float> gradient);

}  // namespace paceline
