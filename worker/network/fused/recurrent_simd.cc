// Compiled once per instruction set: what one position of a recurrent cell does with the sums of
// its products, for all examples. Names as in RecurrentCell (common/network/network.h).
#include "worker/network/fused/kernels.h"
#include "worker/network/fused/lanes.h"

namespace paceline::fused::PACELINE_SIMD_NAMESPACE {
namespace {

PACELINE_LANE V One() { return V::Set(1.0f); }
PACELINE_LANE V SigmoidSlope(V y) { return y * (One() - y); }
PACELINE_LANE V TanhSlope(V y) { return One() - y * y; }

// A pack of each array's numbers.
struct At {
  const Cell& cell;
  size_t parts, row, at, count;

  PACELINE_LANE V Load(const float* p) const { return LoadFirst(p + row * cell.width + at, count); }
  PACELINE_LANE void Store(V v, float* p) const { StoreFirst(v, p + row * cell.width + at, count); }
  PACELINE_LANE float* PartAt(size_t part) const {
    return cell.parts + (row * parts + part) * cell.width + at;
  }
  PACELINE_LANE V Part(size_t part) const { return LoadFirst(PartAt(part), count); }
  PACELINE_LANE void StorePart(V v, size_t part) const { StoreFirst(v, PartAt(part), count); }
};

template <class Body>
PACELINE_LANE void ForRows(const Cell& cell, size_t parts, const Body& body) {
  for (size_t row = 0; row < cell.rows; ++row) {
    ForPacks(cell.width, [&](size_t at, size_t count) PACELINE_INLINE_LAMBDA {
      body(At{cell, parts, row, at, count});
    });
  }
}

void Vanilla(const Cell& cell) {
  ForRows(cell, 1, [&](const At& at) PACELINE_INLINE_LAMBDA {
    at.Store(Max(V::Set(0.0f), at.Part(0)), cell.h);
  });
}
void VanillaSlope(const Cell& cell, const CellSlopes& s) {
  const V zero = V::Set(0.0f);
  ForRows(cell, 1, [&](const At& at) PACELINE_INLINE_LAMBDA {
    at.StorePart(Select(zero < at.Load(cell.h), at.Load(s.dy) + at.Load(s.dh), zero), 0);
  });
}

void GruGates(const Cell& cell) {
  ForRows(cell, 3, [&](const At& at) PACELINE_INLINE_LAMBDA {
    at.StorePart(lane::Sigmoid(at.Part(0)), 0);
    const V r = lane::Sigmoid(at.Part(1));
    at.StorePart(r, 1);
    at.Store(r * at.Load(cell.h_before), cell.reset);
  });
}
void GruState(const Cell& cell) {
  ForRows(cell, 3, [&](const At& at) PACELINE_INLINE_LAMBDA {
    const V z = at.Part(0), a = lane::Tanh(at.Part(2));
    at.StorePart(a, 2);
    at.Store(Fma(z, a, (One() - z) * at.Load(cell.h_before)), cell.h);
  });
}
void GruStateSlope(const Cell& cell, const CellSlopes& s) {
  ForRows(cell, 3, [&](const At& at) PACELINE_INLINE_LAMBDA {
    const V total = at.Load(s.dy) + at.Load(s.dh);
    const V z = at.Part(0), a = at.Part(2);
    at.StorePart(total * (a - at.Load(cell.h_before)) * SigmoidSlope(z), 0);
    at.StorePart(total * z * TanhSlope(a), 2);
    at.Store(total * (One() - z), s.dh);
  });
}
void GruGatesSlope(const Cell& cell, const CellSlopes& s) {
  ForRows(cell, 3, [&](const At& at) PACELINE_INLINE_LAMBDA {
    const V r = at.Part(1), dreset = at.Load(s.dreset);
    at.Store(Fma(dreset, r, at.Load(s.dh)), s.dh);
    at.StorePart(dreset * at.Load(cell.h_before) * SigmoidSlope(r), 1);
  });
}

void Lstm(const Cell& cell) {
  ForRows(cell, 4, [&](const At& at) PACELINE_INLINE_LAMBDA {
    const V i = lane::Sigmoid(at.Part(0)), g = lane::Tanh(at.Part(1));
    const V f = lane::Sigmoid(at.Part(2) + One()), o = lane::Sigmoid(at.Part(3));
    const V c = Fma(f, at.Load(cell.c_before), i * g);
    at.StorePart(i, 0);
    at.StorePart(g, 1);
    at.StorePart(f, 2);
    at.StorePart(o, 3);
    at.Store(c, cell.c);
    at.Store(o * lane::Tanh(c), cell.h);
  });
}
void LstmSlope(const Cell& cell, const CellSlopes& s) {
  ForRows(cell, 4, [&](const At& at) PACELINE_INLINE_LAMBDA {
    const V total = at.Load(s.dy) + at.Load(s.dh);
    const V i = at.Part(0), g = at.Part(1), f = at.Part(2), o = at.Part(3);
    const V tanh_c = lane::Tanh(at.Load(cell.c));
    const V dc = Fma(total * o, TanhSlope(tanh_c), at.Load(s.dc));
    at.StorePart(dc * g * SigmoidSlope(i), 0);
    at.StorePart(dc * i * TanhSlope(g), 1);
    at.StorePart(dc * at.Load(cell.c_before) * SigmoidSlope(f), 2);
    at.StorePart(total * tanh_c * SigmoidSlope(o), 3);
    at.Store(dc * f, s.dc);
  });
}

}  // namespace

void CellForward(const Cell& cell) {
  switch (cell.kind) {
    case CellKind::kVanilla:
      return Vanilla(cell);
    case CellKind::kGruGates:
      return GruGates(cell);
    case CellKind::kGruState:
      return GruState(cell);
    case CellKind::kLstm:
      return Lstm(cell);
  }
}

void CellSlope(const Cell& cell, const CellSlopes& slopes) {
  switch (cell.kind) {
    case CellKind::kVanilla:
      return VanillaSlope(cell, slopes);
    case CellKind::kGruGates:
      return GruGatesSlope(cell, slopes);
    case CellKind::kGruState:
      return GruStateSlope(cell, slopes);
    case CellKind::kLstm:
      return LstmSlope(cell, slopes);
  }
}

}  // namespace paceline::fused::PACELINE_SIMD_NAMESPACE
