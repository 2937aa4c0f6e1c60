// Positions are outermost here, so that a position's states and sums lie together: the input's
// part of all sums is one product, the states' part one for each position.
#include "worker/network/fused/ops.h"

namespace paceline::fused {
namespace {

// Inputs of the operation, as RecurrentCell orders them.
struct Weights {
  size_t w_in, w_h, b, second_b, h0, c0;
};
Weights WeightsOf(RecurrentCell cell) {
  switch (cell) {
    case RecurrentCell::kVanilla:
      return {.w_in = 1, .w_h = 3, .b = 2, .second_b = 4, .h0 = 5, .c0 = 0};
    case RecurrentCell::kGru:
      return {.w_in = 1, .w_h = 2, .b = 3, .second_b = 0, .h0 = 4, .c0 = 0};
    case RecurrentCell::kLstm:
      break;
  }
  return {.w_in = 1, .w_h = 1, .b = 2, .second_b = 0, .h0 = 3, .c0 = 4};
}

class Run {
 public:
  Run(const Frame& frame, int n)
      : f_(frame),
        n_(n),
        cell_(f_.at(n).cell),
        at_(f_.network, f_.at(n)),
        weights_(WeightsOf(cell_)),
        sums_width_(at_.parts * at_.width),
        state_(at_.examples * at_.width) {}

  void Forward() {
    Turn(f_.In(n_, 0), at_.examples, at_.steps, at_.in, Kept(at_.x), false);
    Repeat(f_.In(n_, weights_.h0), Kept(at_.h));
    if (cell_ == RecurrentCell::kLstm) Repeat(f_.In(n_, weights_.c0), Kept(at_.c));
    InputSums();
    PackHidden(0, HiddenColumns());
    if (cell_ == RecurrentCell::kGru) PackGruState();
    for (size_t t = 0; t < at_.steps; ++t) Step(t);
    Turn(Kept(at_.h) + state_, at_.steps, at_.examples, at_.width, f_.Out(n_), false);
  }

  void Slope() {
    Turn(f_.OutSlope(n_), at_.examples, at_.steps, at_.width, Work(at_.dy), false);
    std::fill_n(Work(at_.dh), state_, 0.0f);
    std::fill_n(Work(at_.dc), state_, 0.0f);
    PackHiddenBack(0, HiddenColumns());
    if (cell_ == RecurrentCell::kGru) PackGruStateBack();
    for (size_t t = at_.steps; t-- > 0;) StepSlope(t);
    SlopesOfWeights();
    SlopeOfInput();
    SumOver(Work(at_.dh), at_.examples, at_.width, weights_.h0);
    if (cell_ == RecurrentCell::kLstm) {
      SumOver(Work(at_.dc), at_.examples, at_.width, weights_.c0);
    }
  }

 private:
  float* Kept(size_t offset) const { return f_.Kept(n_) + offset; }
  float* Work(size_t offset) const { return f_.Work(n_) + offset; }
  float* Sums(size_t t) const { return Kept(at_.sums) + t * at_.examples * sums_width_; }
  float* H(size_t t) const { return Kept(at_.h) + t * state_; }
  float* C(size_t t) const { return Kept(at_.c) + t * state_; }
  size_t rows() const { return at_.steps * at_.examples; }

  // The parts of the sums that h itself is multiplied into: of a GRU not the last.
  size_t HiddenColumns() const {
    return cell_ == RecurrentCell::kGru ? 2 * at_.width : sums_width_;
  }
  // The weights of h: of an LSTM the rows behind x's.
  const float* HiddenWeights() const {
    const float* const w = f_.In(n_, weights_.w_h);
    return cell_ == RecurrentCell::kLstm ? w + at_.in * sums_width_ : w;
  }

  // [outer, inner, width] → [inner, outer, width]
  void Turn(const float* from, size_t outer, size_t inner, size_t width, float* to,
            bool adds) const {
    for (size_t o = 0; o < outer; ++o) {
      for (size_t i = 0; i < inner; ++i, from += width) {
        float* const row = to + (i * outer + o) * width;
        if (adds) {
          f_.kernels.AddUp(from, width, 1, row, 1, true);
        } else {
          std::copy_n(from, width, row);
        }
      }
    }
  }

  void Repeat(const float* state, float* to) const {
    for (size_t e = 0; e < at_.examples; ++e) std::copy_n(state, at_.width, to + e * at_.width);
  }

  // ---- forwards ----

  void InputSums() const {
    f_.kernels.Multiply({.a = Kept(at_.x),
                         .a_row = at_.in,
                         .b = f_.In(n_, weights_.w_in),
                         .b_row = sums_width_,
                         .initial = f_.In(n_, weights_.b),
                         .c = Sums(0),
                         .c_row = sums_width_,
                         .m = rows(),
                         .n = sums_width_,
                         .k = at_.in},
                        Work(at_.packed));
    if (weights_.second_b == 0) return;
    for (size_t row = 0; row < rows(); ++row) {
      f_.kernels.AddUp(f_.In(n_, weights_.second_b), at_.width, 1, Sums(0) + row * sums_width_, 1,
                       true);
    }
  }

  // h (or r∘h) times columns [first, first + count) of its weights, added to the sums.
  Product HiddenProduct(const float* h, size_t t, size_t first, size_t count) const {
    return {.a = h,
            .a_row = at_.width,
            .b = HiddenWeights() + first,
            .b_row = sums_width_,
            .c = Sums(t) + first,
            .c_row = sums_width_,
            .m = at_.examples,
            .n = count,
            .k = at_.width,
            .adds = true};
  }
  float* PackedHidden() const { return Work(at_.hidden); }
  // Behind the copy of the weights of a GRU's gates.
  float* PackedState() const { return Work(at_.hidden) + 2 * at_.width * (at_.width + Padded(1)); }

  void PackHidden(size_t first, size_t count) const {
    f_.kernels.Pack(HiddenProduct(nullptr, 0, first, count), PackedHidden());
  }
  void PackGruState() const {
    f_.kernels.Pack(HiddenProduct(nullptr, 0, 2 * at_.width, at_.width), PackedState());
  }

  Cell CellAt(CellKind kind, size_t t) const {
    const bool lstm = cell_ == RecurrentCell::kLstm, gru = cell_ == RecurrentCell::kGru;
    return {.kind = kind,
            .rows = at_.examples,
            .width = at_.width,
            .parts = Sums(t),
            .h_before = H(t),
            .h = H(t + 1),
            .c_before = lstm ? C(t) : nullptr,
            .c = lstm ? C(t + 1) : nullptr,
            .reset = gru ? Kept(at_.reset) + t * state_ : nullptr};
  }

  void Step(size_t t) const {
    f_.kernels.MultiplyPacked(HiddenProduct(H(t), t, 0, HiddenColumns()), PackedHidden());
    switch (cell_) {
      case RecurrentCell::kVanilla:
        return f_.kernels.CellForward(CellAt(CellKind::kVanilla, t));
      case RecurrentCell::kLstm:
        return f_.kernels.CellForward(CellAt(CellKind::kLstm, t));
      case RecurrentCell::kGru: {
        const Cell gates = CellAt(CellKind::kGruGates, t);
        f_.kernels.CellForward(gates);
        f_.kernels.MultiplyPacked(HiddenProduct(gates.reset, t, 2 * at_.width, at_.width),
                                  PackedState());
        return f_.kernels.CellForward(CellAt(CellKind::kGruState, t));
      }
    }
  }

  // ---- backwards ----

  // Slopes of columns [first, first + count) of the sums, through the weights of h.
  Product BackProduct(float* to, size_t t, size_t first, size_t count, bool adds) const {
    return {.a = Sums(t) + first,
            .a_row = sums_width_,
            .b = HiddenWeights() + first,
            .b_row = 1,
            .b_column = sums_width_,
            .c = to,
            .c_row = at_.width,
            .m = at_.examples,
            .n = at_.width,
            .k = count,
            .adds = adds};
  }
  void PackHiddenBack(size_t first, size_t count) const {
    f_.kernels.Pack(BackProduct(nullptr, 0, first, count, false), PackedHidden());
  }
  void PackGruStateBack() const {
    f_.kernels.Pack(BackProduct(nullptr, 0, 2 * at_.width, at_.width, false), PackedState());
  }

  void StepSlope(size_t t) const {
    const CellSlopes slopes = {.dy = Work(at_.dy) + t * state_,
                               .dh = Work(at_.dh),
                               .dc = Work(at_.dc),
                               .dreset = Work(at_.dreset)};
    const Product back = BackProduct(slopes.dh, t, 0, HiddenColumns(), false);
    switch (cell_) {
      case RecurrentCell::kVanilla:
        f_.kernels.CellSlope(CellAt(CellKind::kVanilla, t), slopes);
        return f_.kernels.MultiplyPacked(back, PackedHidden());
      case RecurrentCell::kLstm:
        f_.kernels.CellSlope(CellAt(CellKind::kLstm, t), slopes);
        return f_.kernels.MultiplyPacked(back, PackedHidden());
      case RecurrentCell::kGru:
        return GruStepSlope(t, slopes);
    }
  }

  void GruStepSlope(size_t t, const CellSlopes& slopes) const {
    f_.kernels.CellSlope(CellAt(CellKind::kGruState, t), slopes);
    f_.kernels.MultiplyPacked(BackProduct(slopes.dreset, t, 2 * at_.width, at_.width, false),
                              PackedState());
    f_.kernels.CellSlope(CellAt(CellKind::kGruGates, t), slopes);
    f_.kernels.MultiplyPacked(BackProduct(slopes.dh, t, 0, HiddenColumns(), true), PackedHidden());
  }

  // Columns of weights' slopes: Σ over positions and examples of a·(slopes of the sums).
  void SlopeOf(const float* a, size_t in, size_t first, size_t count, float* dw, bool adds) const {
    f_.kernels.Multiply({.a = a,
                         .a_row = 1,
                         .a_k = in,
                         .b = Sums(0) + first,
                         .b_row = sums_width_,
                         .c = dw + first,
                         .c_row = sums_width_,
                         .m = in,
                         .n = count,
                         .k = rows(),
                         .adds = adds},
                        Work(at_.packed));
  }

  void SlopesOfWeights() const {
    if (float* const dw = f_.InSlope(n_, weights_.w_in); dw != nullptr) {
      SlopeOf(Kept(at_.x), at_.in, 0, sums_width_, dw, f_.Adds(n_, weights_.w_in));
    }
    if (float* dw = f_.InSlope(n_, weights_.w_h); dw != nullptr) {
      if (cell_ == RecurrentCell::kLstm) dw += at_.in * sums_width_;
      const bool adds = f_.Adds(n_, weights_.w_h);
      SlopeOf(Kept(at_.h), at_.width, 0, HiddenColumns(), dw, adds);
      if (cell_ == RecurrentCell::kGru) {
        SlopeOf(Kept(at_.reset), at_.width, 2 * at_.width, at_.width, dw, adds);
      }
    }
    SumOver(Sums(0), rows(), sums_width_, weights_.b);
    if (weights_.second_b != 0) SumOver(Sums(0), rows(), sums_width_, weights_.second_b);
  }

  // Of an input that is the same for all rows.
  void SumOver(const float* slopes, size_t count, size_t width, size_t input) const {
    float* const to = f_.InSlope(n_, input);
    if (to == nullptr) return;
    f_.kernels.SumRows(slopes, count, width, width, to, f_.Adds(n_, input));
  }

  void SlopeOfInput() const {
    float* const dx = f_.InSlope(n_, 0);
    if (dx == nullptr) return;
    f_.kernels.Multiply({.a = Sums(0),
                         .a_row = sums_width_,
                         .b = f_.In(n_, weights_.w_in),
                         .b_row = 1,
                         .b_column = sums_width_,
                         .c = Work(at_.dx),
                         .c_row = at_.in,
                         .m = rows(),
                         .n = at_.in,
                         .k = sums_width_},
                        Work(at_.packed));
    Turn(Work(at_.dx), at_.steps, at_.examples, at_.in, dx, f_.Adds(n_, 0));
  }

  const Frame& f_;
  const int n_;
  const RecurrentCell cell_;
  const RecurrentPlaces at_;
  const Weights weights_;
  const size_t sums_width_, state_;
};

}  // namespace

void Recurrent(const Frame& f, int n) { Run(f, n).Forward(); }
void RecurrentSlope(const Frame& f, int n) { Run(f, n).Slope(); }

}  // namespace paceline::fused
