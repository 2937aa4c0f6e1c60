// The kernels against the formulas of the papers, written down once more as plainly as can be, in
// double, on whole tensors and by axis; shapes that the golden data do not have.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "tests/testing/sample_optimizers.h"
#include "tests/testing/sample_problems.h"
#include "worker/optim/make.h"

namespace paceline {
namespace {

using Values = std::vector<double>;
using Feature = std::function<double(size_t)>;  // of element i

constexpr double kTimes[] = {1, 3, 10, 30, 100, 300, 1e3, 3e3, 1e4, 3e4, 1e5};

double Root(double x) { return 1 / std::sqrt(x); }

// The network's two outputs for one element.
std::pair<double, double> Network(const ThetaLayout& layout, const std::vector<float>& theta,
                                  const std::string& weight, const std::string& bias, int layers,
                                  Values x) {
  for (int layer = 0; layer <= layers; ++layer) {
    const auto named = [&](std::string path) {
      return path.replace(path.find('#'), 1, std::to_string(layer));
    };
    const ThetaLeaf& w = layout.leaf(named(weight));
    const ThetaLeaf& b = layout.leaf(named(bias));
    Values y(b.size);
    for (size_t o = 0; o < b.size; ++o) {
      y[o] = theta[b.offset + o];
      for (size_t i = 0; i < x.size(); ++i) y[o] += x[i] * theta[w.offset + i * b.size + o];
      if (layer < layers) y[o] = std::max(y[o], 0.0);
    }
    x = y;
  }
  return {x[0], x[1]};
}

// Normalises the columns, adds time, and moves the parameters.
void Step(const std::vector<Values>& columns, int64_t iteration, Values& p,
          const std::function<std::pair<double, double>(Values)>& network) {
  std::vector<double> normalizers;
  for (const Values& column : columns) {
    double squares = 0;
    for (const double x : column) squares += x * x;
    normalizers.push_back(Root(1e-5 + squares / static_cast<double>(column.size())));
  }
  for (size_t i = 0; i < p.size(); ++i) {
    Values x;
    for (size_t f = 0; f < columns.size(); ++f) x.push_back(columns[f][i] * normalizers[f]);
    for (const double t : kTimes) x.push_back(std::tanh(static_cast<double>(iteration) / t - 1));
    const auto [direction, magnitude] = network(x);
    p[i] -= direction * std::exp(0.1 * magnitude) * 0.01;
  }
}

// Averages over one axis of a tensor, as a tensor of the same shape.
Values MeanOver(const Values& x, const std::vector<int64_t>& shape, size_t axis) {
  size_t stride = 1;
  for (size_t a = shape.size(); a-- > axis + 1;) stride *= static_cast<size_t>(shape[a]);
  const size_t length = static_cast<size_t>(shape[axis]);
  Values mean(x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    const size_t first = i - i / stride % length * stride;
    for (size_t k = 0; k < length; ++k) mean[i] += x[first + k * stride] / length;
  }
  return mean;
}

// One tensor under AdafacMLP, column by column of the reference's table.
class PlainAdafac {
 public:
  PlainAdafac(const ThetaLayout& layout, const std::vector<float>& theta,
              std::vector<int64_t> shape, Values p)
      : layout_(layout), theta_(theta), shape_(std::move(shape)), p_(std::move(p)) {
    m_.assign(3, Values(p_.size()));
    row_ = column_ = m_;
    rms_.resize(p_.size());
  }

  const Values& parameters() const { return p_; }

  void Update(const Values& g, int64_t iteration, int layers) {
    std::vector<Values> columns = {g, p_};
    UpdateMomenta(g);
    Values inverse(p_.size());
    for (size_t i = 0; i < p_.size(); ++i) inverse[i] = Root(rms_[i] + 1e-6);
    columns.insert(columns.end(), m_.begin(), m_.end());
    columns.push_back(rms_);
    for (const Values& m : m_) columns.push_back(Map([&](size_t i) { return m[i] * inverse[i]; }));
    columns.push_back(inverse);
    AddSecondMoments(g, columns);
    Step(columns, iteration, p_, [&](const Values& x) {
      return Network(layout_, theta_, "nn/~/w#", "nn/~/b#", layers, x);
    });
  }

 private:
  Values Map(const Feature& feature) const {
    Values values(p_.size());
    for (size_t i = 0; i < values.size(); ++i) values[i] = feature(i);
    return values;
  }

  double LearnedDecay(const char* path, size_t k, double initial, bool clip) const {
    const double delta = theta_[layout_.leaf(path).offset + k];
    const double decay = 1 - (1 - initial) * std::exp(10 * delta);
    return clip ? std::clamp(decay, 0.0, 1.0) : decay;
  }

  void UpdateMomenta(const Values& g) {
    constexpr double kInitial[] = {0.9, 0.99, 0.999};
    for (size_t k = 0; k < 3; ++k) {
      const double d = LearnedDecay("momentum_decays", k, kInitial[k], false);
      for (size_t i = 0; i < g.size(); ++i) m_[k][i] = d * m_[k][i] + (1 - d) * g[i];
    }
    const double d = LearnedDecay("rms_decays", 0, 0.999, true);
    for (size_t i = 0; i < g.size(); ++i) rms_[i] = d * rms_[i] + (1 - d) * g[i] * g[i];
  }

  // Columns 11 to 28.
  void AddSecondMoments(const Values& g, std::vector<Values>& columns) {
    constexpr double kInitial[] = {0.9, 0.99, 0.999};
    const bool factored = shape_.size() >= 2;
    const Values q = Map([&](size_t i) { return g[i] * g[i] + 1e-30; });
    std::vector<size_t> order(shape_.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return shape_[a] < shape_[b]; });
    const Values row_mean = factored ? MeanOver(q, shape_, order.back()) : q;
    const Values column_mean = factored ? MeanOver(q, shape_, order[order.size() - 2]) : q;
    std::vector<Values> fac_g, fac_m, rows, cols, row_roots, col_roots;
    for (size_t k = 0; k < 3; ++k) {
      const double d = LearnedDecay("adafactor_decays", k, kInitial[k], true);
      for (size_t i = 0; i < g.size(); ++i) {
        row_[k][i] = d * row_[k][i] + (1 - d) * row_mean[i];
        column_[k][i] = d * column_[k][i] + (1 - d) * column_mean[i];
      }
      const Values& r = row_[k];
      const Values& c = column_[k];
      const Values mean = factored ? MeanOver(r, shape_, order[order.size() - 2]) : r;
      const auto safe = [](double x) { return Root(std::max(x, 1e-9)); };
      const Values factor = Map([&](size_t i) {
        return factored ? safe(r[i] / (mean[i] + 1e-9)) * safe(c[i]) : safe(r[i] + 1e-9);
      });
      fac_g.push_back(Map([&](size_t i) { return g[i] * factor[i]; }));
      fac_m.push_back(
          Map([&](size_t i) { return m_[k][i] * (factored ? factor[i] : Root(r[i] + 1e-6)); }));
      rows.push_back(r);
      cols.push_back(c);
      row_roots.push_back(Map([&](size_t i) { return Root(r[i] + 1e-8); }));
      col_roots.push_back(Map([&](size_t i) { return Root(c[i] + 1e-8); }));
    }
    for (const auto& part : {fac_g, rows, cols, row_roots, col_roots, fac_m}) {
      columns.insert(columns.end(), part.begin(), part.end());
    }
  }

  const ThetaLayout& layout_;
  const std::vector<float>& theta_;
  const std::vector<int64_t> shape_;
  Values p_;
  std::vector<Values> m_, row_, column_;
  Values rms_;
};

class PlainMlpLopt {
 public:
  PlainMlpLopt(const ThetaLayout& layout, const std::vector<float>& theta, std::vector<int64_t>,
               Values p)
      : layout_(layout), theta_(theta), p_(std::move(p)), m_(6, Values(p_.size())) {}

  const Values& parameters() const { return p_; }

  void Update(const Values& g, int64_t iteration, int layers) {
    constexpr float kDecays[] = {0.1f, 0.5f, 0.9f, 0.99f, 0.999f, 0.9999f};
    std::vector<Values> columns = {g, p_};
    for (size_t k = 0; k < 6; ++k) {
      const double d = kDecays[k];
      for (size_t i = 0; i < g.size(); ++i) m_[k][i] = d * m_[k][i] + (1 - d) * g[i];
      columns.push_back(m_[k]);
    }
    Step(columns, iteration, p_, [&](const Values& x) {
      return Network(layout_, theta_, "mlp/~/linear_#/w", "mlp/~/linear_#/b", layers, x);
    });
  }

 private:
  const ThetaLayout& layout_;
  const std::vector<float>& theta_;
  Values p_;
  std::vector<Values> m_;
};

template <class Plain>
void ExpectTheFormulas(const v1::LearnedOptimizer& config, int layers,
                       const std::vector<int64_t>& shape, unsigned seed) {
  std::mt19937 random(seed);
  const auto tensors = TensorsOf({shape});
  const size_t size = tensors[0].size;
  const ThetaLayout layout = LayoutOf(config);
  const std::vector<float> theta = RandomTheta(config, random);
  std::vector<float> p = RandomValues(size, 1, random);
  Plain plain(layout, theta, shape, Values(p.begin(), p.end()));

  const auto optimizer = MakeOptimizer(config, tensors, Arithmetic::kSimd);
  const auto prepared = optimizer->Prepare(theta);
  std::vector<float> state(optimizer->state_size()), scratch(optimizer->scratch_size());
  optimizer->InitState(*prepared, state);
  for (int64_t iteration = 0; iteration < 20; ++iteration) {
    const std::vector<float> g = RandomValues(size, 0.3f, random);
    plain.Update(Values(g.begin(), g.end()), iteration, layers);
    const InnerStep step = {
        .iteration = iteration, .num_steps = 1000, .loss = 1, .gradient = g.data()};
    optimizer->Update(*prepared, step, p, state, scratch);
  }
  for (size_t i = 0; i < size; ++i) {
    ASSERT_NEAR(p[i], plain.parameters()[i], 5e-6 * std::max(1.0, std::abs(plain.parameters()[i])))
        << config.ShortDebugString() << " element " << i << " of " << size << " seed " << seed;
  }
}

const std::vector<std::vector<int64_t>> kShapes = {
    {},      {1},     {16},      {21},        {64, 32},       {32, 10},       {10, 32},
    {1, 20}, {20, 1}, {5, 9, 7}, {9, 7, 5},   {7, 5, 9},      {3, 3, 4, 6},   {6, 4, 3, 3},
    {4, 6},  {6, 4},  {5, 5, 5}, {2, 17, 18}, {18, 2, 17, 1}, {2, 3, 2, 3, 2}};

TEST(Textbook, MlpLopt) {
  for (const auto& shape : kShapes) {
    ExpectTheFormulas<PlainMlpLopt>(MlpLoptConfig(32, 2), 2, shape, 1);
  }
  for (const int layers : {1, 3, 4}) {
    ExpectTheFormulas<PlainMlpLopt>(MlpLoptConfig(7, layers), layers, {5, 7}, 2);
  }
}

TEST(Textbook, AdafacMlp) {
  for (const auto& shape : kShapes) {
    ExpectTheFormulas<PlainAdafac>(AdafacConfig(4, 2), 2, shape, 3);
  }
  for (const int layers : {1, 3, 4}) {
    ExpectTheFormulas<PlainAdafac>(AdafacConfig(7, layers), layers, {5, 7}, 4);
  }
}

}  // namespace
}  // namespace paceline
