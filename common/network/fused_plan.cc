#include "common/network/fused_plan.h"

#include <algorithm>
#include <numeric>

#include "common/network/fused_sizes.h"

namespace paceline {
namespace {

using fused::PackedFloats;
using fused::Padded;

size_t Size(const Extents& shape) { return static_cast<size_t>(ElementsOf(shape)); }

bool IsLeaf(Op op) {
  return op == Op::kInput || op == Op::kParameter || op == Op::kDraw || op == Op::kEpisode ||
         op == Op::kConstant;
}

size_t DenseWork(const Network& network, const Node& node) {
  const Extents& w = network.at(node.inputs[1]).shape;
  const auto in = static_cast<size_t>(w[0]), out = static_cast<size_t>(w[1]);
  const size_t rows = Size(node.shape) / out;
  return std::max({PackedFloats(in, out), PackedFloats(out, in), PackedFloats(rows, out)});
}

size_t ProductWork(const Network& network, const Node& node) {
  const Extents &x = network.at(node.inputs[0]).shape, &y = network.at(node.inputs[1]).shape;
  const auto n = static_cast<size_t>(x[x.size() - 2]), k = static_cast<size_t>(x.back());
  const auto m = static_cast<size_t>(y.back());
  return std::max({PackedFloats(k, m), PackedFloats(m, k), PackedFloats(n, m)});
}

size_t ConvWork(const Network& network, const Node& node) {
  const Extents& w = network.at(node.inputs[1]).shape;
  const auto taps = static_cast<size_t>(w[0] * w[1]);
  const auto in = static_cast<size_t>(w[2]), out = static_cast<size_t>(w[3]);
  const auto panel = [](size_t n) { return Padded(std::min(n, fused::kConvPanel)); };
  const size_t placed = taps * std::max(in * panel(out), out * panel(in));
  const size_t patches =
      Padded(fused::kPatchBlock * taps * in) +
      std::max(PackedFloats(taps * in, out), PackedFloats(fused::kPatchBlock, out));
  return in < fused::kFewChannels ? std::max(placed, patches) : placed;
}

size_t AttentionWork(const Network& network, const Node& node) {
  const Extents &q = network.at(node.inputs[0]).shape, &v = network.at(node.inputs[2]).shape;
  const int64_t widest = std::max({q[1], v[1], q[2] / node.count, v[2] / node.count});
  return 2 * Padded(static_cast<size_t>(q[1] * v[1])) +
         static_cast<size_t>(widest) * Padded(static_cast<size_t>(widest));
}

size_t WorkOf(const Network& network, const Node& node) {
  if (node.op == Op::kDense) return DenseWork(network, node);
  if (node.op == Op::kProduct) return ProductWork(network, node);
  if (node.op == Op::kConv) return ConvWork(network, node);
  if (node.op == Op::kAttention) return AttentionWork(network, node);
  if (node.op == Op::kRecurrent) return RecurrentPlaces(network, node).work_size;
  return 0;
}

size_t KeptBy(const Network& network, const Node& node) {
  const auto in = [&](size_t i) -> const Extents& { return network.at(node.inputs[i]).shape; };
  if (node.op == Op::kBatchNorm) return 2 * Padded(static_cast<size_t>(node.shape.back()));
  if (node.op == Op::kLayerNorm) {
    return 2 * Padded(Size(node.shape) / static_cast<size_t>(node.shape.back()));
  }
  if (node.op == Op::kCrossEntropy) return Size(node.shape);
  if (node.op == Op::kAttention) {
    return static_cast<size_t>(in(0)[0] * node.count * in(0)[1] * in(1)[1]);
  }
  if (node.op == Op::kRecurrent) return RecurrentPlaces(network, node).kept_size;
  return 0;
}

// Does going backwards need what went in?
bool NeedsInputs(Op op) {
  return op != Op::kAdd && op != Op::kSubtract && op != Op::kAffine && op != Op::kMeanPool &&
         op != Op::kSlice && op != Op::kConcat && op != Op::kTranspose && op != Op::kBroadcast &&
         op != Op::kSum && op != Op::kMean && op != Op::kSelect && op != Op::kSqrt &&
         op != Op::kExp && op != Op::kTanh && op != Op::kSigmoid;
}

// Or what came out?
bool NeedsOutput(Op op) {
  return op == Op::kMaxPool || op == Op::kActivate || op == Op::kSqrt || op == Op::kExp ||
         op == Op::kTanh || op == Op::kSigmoid;
}

// An array from the first moment that it is needed to the last: node i is computed at moment i,
// and gone through backwards at 2·nodes − 1 − i.
struct Array {
  size_t floats;
  int begin, end;
  size_t* place;
};

class Planner {
 public:
  explicit Planner(const Network& network)
      : network_(network), count_(static_cast<int>(network.nodes.size())) {}

  FusedPlan Plan() {
    plan_.nodes.resize(network_.nodes.size());
    FindUsed();
    for (int n = 0; n < count_; ++n) FindRootAndSlope(n);
    for (int n = count_ - 1; n >= 0; --n) OrderSlopes(n);
    TakeValues();
    TakeSlopes();
    TakeOwn();
    PlaceAll();
    return std::move(plan_);
  }

 private:
  FusedPlace& at(int node) { return plan_.nodes[static_cast<size_t>(node)]; }
  int Back(int node) const { return 2 * count_ - 1 - node; }

  void FindUsed() {
    for (const int node :
         {network_.loss, network_.logits, network_.labels, network_.label_weights}) {
      if (node >= 0) at(node).used = true;
    }
    for (int n = count_ - 1; n >= 0; --n) {
      if (!at(n).used) continue;
      for (const int input : network_.at(n).inputs) at(input).used = true;
    }
  }

  void FindRootAndSlope(int n) {
    const Node& node = network_.at(n);
    const bool same = node.op == Op::kReshape || node.op == Op::kStopGradient;
    at(n).root = same ? at(node.inputs[0]).root : n;
    bool depends = node.op == Op::kParameter;
    for (const int input : node.inputs) depends = depends || at(input).has_slope;
    at(n).has_slope = depends && HasGradient(node.op);
  }

  // Which slopes flow into which: those of nodes that the loss does not depend on do not.
  void OrderSlopes(int n) {
    const Node& node = network_.at(n);
    if (n == count_ - 1) first_writer_.assign(plan_.nodes.size(), -1);
    if (n == network_.loss) first_writer_[static_cast<size_t>(at(n).root)] = n;
    at(n).adds.assign(node.inputs.size(), false);
    at(n).clears.assign(node.inputs.size(), false);
    const bool reached = first_writer_[static_cast<size_t>(at(n).root)] >= 0;
    at(n).has_slope = at(n).has_slope && reached;
    if (!at(n).has_slope || at(n).root != n) return;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (!at(node.inputs[i]).has_slope) continue;
      const int root = at(node.inputs[i]).root;
      int& first = first_writer_[static_cast<size_t>(root)];
      const auto same = [&](int input) { return at(input).has_slope && at(input).root == root; };
      const bool shared = std::ranges::count_if(node.inputs, same) > 1;
      at(n).clears[i] = first < 0 && shared;
      at(n).adds[i] = first >= 0 || shared;
      if (first < 0) first = n;
    }
  }

  void TakeValues() {
    std::vector<int> last(plan_.nodes.size(), -1);
    const auto until = [&](int node, int moment) {
      int& end = last[static_cast<size_t>(at(node).root)];
      end = std::max(end, moment);
    };
    for (int n = 0; n < count_; ++n) {
      if (!at(n).used) continue;
      const Node& node = network_.at(n);
      until(n, n);
      const bool back = at(n).has_slope;
      const int inputs_end = back && NeedsInputs(node.op) ? Back(n) : n;
      for (const int input : node.inputs) until(input, inputs_end);
      if (back && NeedsOutput(node.op)) until(n, Back(n));
    }
    for (const int node :
         {network_.loss, network_.logits, network_.labels, network_.label_weights}) {
      if (node >= 0) until(node, 2 * count_);
    }
    for (int n = 0; n < count_; ++n) {
      if (!at(n).used || at(n).root != n || IsLeaf(network_.at(n).op)) continue;
      Take(Size(network_.at(n).shape), n, last[static_cast<size_t>(n)], &at(n).value);
    }
  }

  void TakeSlopes() {
    for (int n = 0; n < count_; ++n) {
      if (at(n).root != n || !at(n).has_slope || IsLeaf(network_.at(n).op)) continue;
      Take(Size(network_.at(n).shape), Back(first_writer_[static_cast<size_t>(n)]), Back(n),
           &at(n).slope);
    }
  }

  void TakeOwn() {
    for (int n = 0; n < count_; ++n) {
      if (!at(n).used) continue;
      const Node& node = network_.at(n);
      const bool back = at(n).has_slope;
      Take(KeptBy(network_, node), n, back ? Back(n) : n, &at(n).kept);
      // Only while it runs: whatever it overlaps with lives at one of these two moments.
      work_.push_back({WorkOf(network_, node), n, back ? Back(n) : n, &at(n).work});
    }
  }

  void Take(size_t floats, int begin, int end, size_t* place) {
    if (floats > 0) arrays_.push_back({Padded(floats), begin, end, place});
  }

  // The largest first, each at the lowest place that is free for all of its time. One place serves
  // the work of all operations.
  void PlaceAll() {
    std::ranges::stable_sort(arrays_, std::ranges::greater(), &Array::floats);
    std::vector<const Array*> placed;  // by place
    size_t end = 0;
    for (const Array& array : arrays_) {
      size_t at = 0;
      for (const Array* other : placed) {
        const bool together = other->begin <= array.end && array.begin <= other->end;
        if (!together || *other->place >= at + array.floats) continue;
        at = std::max(at, *other->place + other->floats);
      }
      *array.place = at;
      end = std::max(end, at + array.floats);
      const auto behind = std::ranges::upper_bound(
          placed, at, {}, [](const Array* other) { return *other->place; });
      placed.insert(behind, &array);
    }
    size_t work = 0;
    for (const Array& array : work_) {
      *array.place = end;
      work = std::max(work, Padded(array.floats));
    }
    // Vectors may be read over the end of an array.
    plan_.floats = end + work + 2 * Padded(1);
  }

  const Network& network_;
  const int count_;
  FusedPlan plan_;
  std::vector<int> first_writer_;  // [root]: the first node that writes its slope, going backwards
  std::vector<Array> arrays_, work_;
};

size_t TakeFrom(size_t& end, size_t floats) {
  const size_t at = end;
  end += Padded(floats);
  return at;
}

}  // namespace

FusedPlan PlanFused(const Network& network) { return Planner(network).Plan(); }

RecurrentPlaces::RecurrentPlaces(const Network& network, const Node& node) {
  const Extents& x_shape = network.at(node.inputs[0]).shape;
  examples = static_cast<size_t>(x_shape[0]);
  steps = static_cast<size_t>(x_shape[1]);
  in = static_cast<size_t>(x_shape[2]);
  width = static_cast<size_t>(node.shape.back());
  parts = node.cell == RecurrentCell::kVanilla ? 1 : node.cell == RecurrentCell::kGru ? 3 : 4;
  const size_t state = examples * width, all = steps * state;
  x = TakeFrom(kept_size, steps * examples * in);
  sums = TakeFrom(kept_size, parts * all);
  h = TakeFrom(kept_size, all + state);
  if (node.cell == RecurrentCell::kLstm) c = TakeFrom(kept_size, all + state);
  if (node.cell == RecurrentCell::kGru) reset = TakeFrom(kept_size, all);

  dy = TakeFrom(work_size, all);
  dx = TakeFrom(work_size, steps * examples * in);
  dh = TakeFrom(work_size, state);
  dc = TakeFrom(work_size, state);
  dreset = TakeFrom(work_size, state);
  const size_t sums_width = parts * width, rows = steps * examples;
  packed = TakeFrom(work_size, std::max({PackedFloats(in, sums_width), PackedFloats(sums_width, in),
                                         PackedFloats(rows, sums_width)}));
  hidden = TakeFrom(work_size, std::max(width * Padded(sums_width), sums_width * Padded(width)) +
                                   parts * width * Padded(1));
}

}  // namespace paceline
