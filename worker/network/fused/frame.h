// One evaluation of a network in the fused tier: where its numbers lie.
#pragma once

#include <algorithm>
#include <vector>

#include "common/network/fused_plan.h"
#include "common/network/network.h"
#include "worker/network/fused/kernels.h"
#include "worker/network/inputs.h"

namespace paceline::fused {

// Tables of one convolution's places; see PlacedProduct and PlacedWeights.
struct Places {
  std::vector<int32_t> from, to, weights;
};
struct ConvTables {
  Places forward;
  // Backwards to x: its places that the same taps lead to, together.
  std::vector<Places> back;
  std::vector<int32_t> pairs, first;
};

// What follows from the network alone, made once.
struct Tables {
  std::vector<ConvTables> convs;              // [node]; empty for all others
  std::vector<std::vector<float>> constants;  // likewise
  std::vector<float> zeros;                   // as many as a convolution's channels
};
Tables MakeTables(const Network& network);

class Frame {
 public:
  Frame(const Network& network, const FusedPlan& plan, const Tables& tables, const Kernels& kernels,
        const NetworkInputs& inputs, const float* parameters, float* gradient, float* scratch)
      : network(network),
        tables(tables),
        kernels(kernels),
        plan_(plan),
        inputs_(inputs),
        parameters_(parameters),
        gradient_(gradient),
        scratch_(scratch) {}

  const Node& at(int n) const { return network.at(n); }
  const FusedPlace& place(int n) const { return plan_.nodes[static_cast<size_t>(n)]; }
  const Extents& Shape(int n) const { return at(n).shape; }
  const Extents& InShape(int n, size_t i) const { return Shape(at(n).inputs[i]); }
  size_t Size(int n) const { return static_cast<size_t>(ElementsOf(Shape(n))); }
  size_t InSize(int n, size_t i) const { return Size(at(n).inputs[i]); }
  size_t Last(int n) const { return static_cast<size_t>(Shape(n).back()); }
  size_t Rows(int n) const { return Size(n) / Last(n); }

  // ---- forwards ----
  const float* Value(int n) const;
  const int32_t* Tokens(int n) const;
  const float* In(int n, size_t i) const { return Value(at(n).inputs[i]); }
  // Null if the node has no such input.
  const float* InOrNull(int n, size_t i) const {
    return i < at(n).inputs.size() ? In(n, i) : nullptr;
  }
  const int32_t* TokensIn(int n, size_t i) const { return Tokens(at(n).inputs[i]); }
  float* Out(int n) const { return scratch_ + place(n).value; }
  int32_t* TokensOut(int n) const { return reinterpret_cast<int32_t*>(Out(n)); }

  // ---- backwards ----
  float* LossSlope() const { return SlopeAt(network.loss); }
  const float* OutSlope(int n) const { return SlopeAt(n); }
  bool Wants(int n, size_t i) const {
    return i < at(n).inputs.size() && place(at(n).inputs[i]).has_slope;
  }
  // Where the slope of input i goes; null if it is not wanted.
  float* InSlope(int n, size_t i) const { return Wants(n, i) ? SlopeAt(at(n).inputs[i]) : nullptr; }
  // Is it added to what is there?
  bool Adds(int n, size_t i) const { return i < place(n).adds.size() && place(n).adds[i]; }
  // The same for operations that always add: 0 at first.
  float* ClearedSlope(int n, size_t i) const;
  // For an input of several of the operation's: 0 at first.
  void ClearShared(int n) const;

  float* Kept(int n) const { return scratch_ + place(n).kept; }
  float* Work(int n) const { return scratch_ + place(n).work; }
  int Option(int choice) const { return ChosenOption(network, inputs_.episode, choice); }

  const Network& network;
  const Tables& tables;
  const Kernels& kernels;

 private:
  float* SlopeAt(int n) const;

  const FusedPlan& plan_;
  const NetworkInputs& inputs_;
  const float* parameters_;
  float* gradient_;
  float* scratch_;
};

}  // namespace paceline::fused
