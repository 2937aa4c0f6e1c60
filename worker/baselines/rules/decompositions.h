// Eigenvectors and orthonormal bases of square matrices by Householder's reflections, the
// tridiagonal form by QL iterations with implicit shifts (G. Golub, C. Van Loan, "Matrix
// computations"). Rows of results are the vectors. A matrix is [n, stride]; columns from n on are
// not touched. What is not finite in a matrix makes its result meaningless, but ends.
#pragma once

#include "worker/baselines/rules/elements.h"

namespace paceline {

template <class V>
PACELINE_LANE lane::Number<V> Dot(size_t count, const lane::Number<V>* a,
                                  const lane::Number<V>* b) {
  return SumOf<V>(count, [=]<class W>(size_t i, W& sum) PACELINE_INLINE_LAMBDA {
    sum = Fma(W::Load(a + i), W::Load(b + i), sum);
  });
}

// y ← y − factor·x
template <class V>
PACELINE_LANE void Subtract(size_t count, lane::Number<V> factor, const lane::Number<V>* x,
                            lane::Number<V>* y) {
  Step<V>(count, factor, x, y);
}

// Largest |x|.
template <class Number>
PACELINE_LANE Number LargestOf(size_t count, const Number* x) {
  Number largest = 0;
  for (size_t i = 0; i < count; ++i) {
    const Number size = x[i] < 0 ? -x[i] : x[i];
    if (size > largest) largest = size;
  }
  return largest;
}

// Replaces x by a v, of no particular length, such that x − 2·v·(v·x)/(v·v) has nothing beyond its
// first element, which is `first`; 2/(v·v), or 0 where x has it already.
template <class V>
PACELINE_LANE lane::Number<V> Reflector(size_t count, lane::Number<V>* x, lane::Number<V>& first) {
  using Number = lane::Number<V>;
  constexpr auto kNothing = static_cast<Number>(1e-37);
  first = x[0];
  // Squares of small numbers would be 0.
  const Number largest = LargestOf(count, x);
  if (!(largest > kNothing)) return 0;
  ForElements<V>(count, [=]<class W>(size_t i) PACELINE_INLINE_LAMBDA {
    (W::Load(x + i) / W::Set(largest)).Store(x + i);
  });
  const Number beyond = SumOfSquares<V>(count - 1, x + 1);
  if (!(beyond > 0)) return 0;
  const Number norm = Root(x[0] * x[0] + beyond), signed_norm = x[0] > 0 ? -norm : norm;
  first = signed_norm * largest;
  x[0] = x[0] - signed_norm;
  return 2 / (x[0] * x[0] + beyond);
}

// Largest |a|.
template <class V>
PACELINE_LANE lane::Number<V> Largest(size_t n, size_t stride, const lane::Number<V>* a) {
  lane::Number<V> largest = 0;
  for (size_t i = 0; i < n; ++i) {
    const lane::Number<V> own = LargestOf(n, a + i * stride);
    if (own > largest) largest = own;
  }
  return largest;
}

template <class V>
PACELINE_LANE void SetIdentity(size_t n, size_t stride, lane::Number<V>* a) {
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < n; ++j) a[i * stride + j] = i == j ? 1 : 0;
  }
}

// a, symmetric, becomes tridiagonal: d [n] its diagonal, e[i] what stands beside d[i] and d[i + 1].
// Row k of a keeps the k-th reflector, from column k + 1 on; betas [n] their factors. work: [n].
template <class V>
PACELINE_LANE void Tridiagonalize(size_t n, size_t stride, lane::Number<V>* a, lane::Number<V>* d,
                                  lane::Number<V>* e, lane::Number<V>* betas,
                                  lane::Number<V>* work) {
  using Number = lane::Number<V>;
  for (size_t k = 0; k + 1 < n; ++k) {
    Number* v = a + k * stride + k + 1;
    const size_t left = n - k - 1;
    d[k] = a[k * stride + k];
    betas[k] = Reflector<V>(left, v, e[k]);
    if (betas[k] == 0) continue;
    // A ← A − v·wᵀ − w·vᵀ,  w = β·A·v − (β²/2)(vᵀ·A·v)·v
    for (size_t i = 0; i < left; ++i) {
      work[i] = betas[k] * Dot<V>(left, a + (k + 1 + i) * stride + k + 1, v);
    }
    Subtract<V>(left, betas[k] / 2 * Dot<V>(left, work, v), v, work);
    for (size_t i = 0; i < left; ++i) {
      Number* row = a + (k + 1 + i) * stride + k + 1;
      const Number by_v = v[i], by_w = work[i];
      ForElements<V>(left, [=]<class W>(size_t j) PACELINE_INLINE_LAMBDA {
        const W less = Fnma(W::Set(by_v), W::Load(work + j), W::Load(row + j));
        Fnma(W::Set(by_w), W::Load(v + j), less).Store(row + j);
      });
    }
  }
  if (n > 0) d[n - 1] = a[(n - 1) * stride + n - 1];
}

// The reflections of Tridiagonalize as rows z, so that a = zᵀ·T·z.
template <class V>
PACELINE_LANE void Accumulate(size_t n, size_t stride, const lane::Number<V>* reflectors,
                              const lane::Number<V>* betas, lane::Number<V>* z) {
  SetIdentity<V>(n, stride, z);
  for (size_t k = n < 2 ? 0 : n - 1; k-- > 0;) {
    if (betas[k] == 0) continue;
    const lane::Number<V>* v = reflectors + k * stride + k + 1;
    const size_t left = n - k - 1;
    for (size_t row = k + 1; row < n; ++row) {
      lane::Number<V>* own = z + row * stride + k + 1;
      Subtract<V>(left, betas[k] * Dot<V>(left, own, v), v, own);
    }
  }
}

// x ← c·x − s·y;  y ← s·x + c·y
template <class V>
PACELINE_LANE void Rotate(size_t count, lane::Number<V> c, lane::Number<V> s, lane::Number<V>* x,
                          lane::Number<V>* y) {
  ForElements<V>(count, [=]<class W>(size_t i) PACELINE_INLINE_LAMBDA {
    const W a = W::Load(x + i), b = W::Load(y + i), cos = W::Set(c), sin = W::Set(s);
    Fnma(sin, b, cos * a).Store(x + i);
    Fma(sin, a, cos * b).Store(y + i);
  });
}

// The first place from `first` on that nothing ties to the one after it.
template <class Number>
PACELINE_LANE size_t EndOfBlock(size_t n, size_t first, const Number* d, const Number* e) {
  constexpr Number kUlp = sizeof(Number) == sizeof(float) ? Number{6e-8} : Number{1.2e-16};
  const auto size = [](Number x) PACELINE_INLINE_LAMBDA { return x < 0 ? -x : x; };
  size_t end = first;
  while (end + 1 < n && size(e[end]) > kUlp * (size(d[end]) + size(d[end + 1]))) ++end;
  return end;
}

// One implicit QL step on rows first .. end of the tridiagonal form; z's rows turn with it.
template <class V>
PACELINE_LANE void QlStep(size_t n, size_t stride, size_t first, size_t end, lane::Number<V>* d,
                          lane::Number<V>* e, lane::Number<V>* z) {
  using Number = lane::Number<V>;
  const double slope = (double{d[first + 1]} - double{d[first]}) / (2 * double{e[first]});
  const double root = ::sqrt(slope * slope + 1);
  double g =
      double{d[end]} - double{d[first]} + double{e[first]} / (slope + (slope < 0 ? -root : root));
  double s = 1, c = 1, shift = 0;
  for (size_t i = end; i-- > first;) {
    const double f = s * double{e[i]}, b = c * double{e[i]};
    const double length = ::sqrt(f * f + g * g);
    if (i + 1 < end) e[i + 1] = static_cast<Number>(length);
    if (length == 0) {
      d[i + 1] = static_cast<Number>(double{d[i + 1]} - shift);
      return;
    }
    s = f / length;
    c = g / length;
    const double base = double{d[i + 1]} - shift;
    const double turn = (double{d[i]} - base) * s + 2 * c * b;
    shift = s * turn;
    d[i + 1] = static_cast<Number>(base + shift);
    g = c * turn - b;
    Rotate<V>(n, static_cast<Number>(c), static_cast<Number>(s), z + i * stride,
              z + (i + 1) * stride);
  }
  d[first] = static_cast<Number>(double{d[first]} - shift);
  e[first] = static_cast<Number>(g);
}

// a, symmetric and destroyed, = zᵀ·diag(d)·z. d: [n]. work: [3, n].
template <class V>
PACELINE_LANE_CALL void Eigenvectors(size_t n, size_t stride, lane::Number<V>* a,
                                     lane::Number<V>* d, lane::Number<V>* z,
                                     lane::Number<V>* work) {
  using Number = lane::Number<V>;
  constexpr int kMostSteps = 60;
  const Number largest = Largest<V>(n, stride, a);
  Number *e = work, *betas = work + n;
  for (size_t i = 0; i < n; ++i) d[i] = e[i] = betas[i] = 0;
  if (!(largest > 0)) return SetIdentity<V>(n, stride, z);
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < n; ++j) a[i * stride + j] = a[i * stride + j] / largest;
  }
  Tridiagonalize<V>(n, stride, a, d, e, betas, work + 2 * n);
  Accumulate<V>(n, stride, a, betas, z);
  for (size_t first = 0; first < n; ++first) {
    for (int steps = 0; steps < kMostSteps; ++steps) {
      const size_t end = EndOfBlock(n, first, d, e);
      if (end == first) break;
      QlStep<V>(n, stride, first, end, d, e, z);
    }
  }
  for (size_t i = 0; i < n; ++i) d[i] = d[i] * largest;
}

// Orthonormal rows z that span, one after the other, what the rows of a do; a is destroyed. Rows
// that depend on those before them are made up for. betas: [n].
template <class V>
PACELINE_LANE_CALL void Orthonormalize(size_t n, size_t stride, lane::Number<V>* a,
                                       lane::Number<V>* z, lane::Number<V>* betas) {
  using Number = lane::Number<V>;
  for (size_t k = 0; k < n; ++k) {
    Number *v = a + k * stride + k, first;
    betas[k] = Reflector<V>(n - k, v, first);
    if (betas[k] == 0) continue;
    for (size_t row = k + 1; row < n; ++row) {
      Number* own = a + row * stride + k;
      Subtract<V>(n - k, betas[k] * Dot<V>(n - k, own, v), v, own);
    }
  }
  SetIdentity<V>(n, stride, z);
  for (size_t row = 0; row < n; ++row) {
    for (size_t k = row + 1; k-- > 0;) {
      if (betas[k] == 0) continue;
      Number* own = z + row * stride + k;
      const Number* v = a + k * stride + k;
      Subtract<V>(n - k, betas[k] * Dot<V>(n - k, own, v), v, own);
    }
  }
}

}  // namespace paceline
