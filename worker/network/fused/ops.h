// The operations of a network, forwards and backwards, one file for each group: they find their
// arrays in a frame and call kernels. Slope functions write the slopes that the frame wants.
#pragma once

#include "worker/network/fused/frame.h"

namespace paceline::fused {

void Dense(const Frame& f, int n);
void DenseSlope(const Frame& f, int n);
void Multiplied(const Frame& f, int n);
void MultipliedSlope(const Frame& f, int n);
void Embed(const Frame& f, int n);
void EmbedSlope(const Frame& f, int n);

ConvTables MakeConvTables(const Network& network, const Node& node);
void Conv(const Frame& f, int n);
void ConvSlope(const Frame& f, int n);

void Pooled(const Frame& f, int n);
void PooledSlope(const Frame& f, int n);

void Normed(const Frame& f, int n);
void NormedSlope(const Frame& f, int n);

// Functions of one number, and of two.
void Mapped(const Frame& f, int n);
void MappedSlope(const Frame& f, int n);
void Joined(const Frame& f, int n);
void JoinedSlope(const Frame& f, int n);
void OfTokens(const Frame& f, int n);

// Sums, means and copies to larger shapes.
void Reduced(const Frame& f, int n);
void ReducedSlope(const Frame& f, int n);
void Broadcasted(const Frame& f, int n);
void BroadcastedSlope(const Frame& f, int n);

// Copies of parts.
void Transposed(const Frame& f, int n);
void TransposedSlope(const Frame& f, int n);
void Concatenated(const Frame& f, int n);
void ConcatenatedSlope(const Frame& f, int n);
void Sliced(const Frame& f, int n);
void SlicedSlope(const Frame& f, int n);
void Selected(const Frame& f, int n);
void SelectedSlope(const Frame& f, int n);

void CrossEntropies(const Frame& f, int n);
void CrossEntropiesSlope(const Frame& f, int n);

void Recurrent(const Frame& f, int n);
void RecurrentSlope(const Frame& f, int n);

void Attended(const Frame& f, int n);
void AttendedSlope(const Frame& f, int n);

}  // namespace paceline::fused
