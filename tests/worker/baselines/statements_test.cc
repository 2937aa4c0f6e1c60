// Rules that LibTorch lacks, next to their papers' formulas in double, in LibTorch's operations.
#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/linalg_qr.h>
#include <torch/torch.h>

#include <cmath>

#include "tests/worker/baselines/reference.h"

namespace paceline {
namespace {

using testing::Setting;

// Constant rates, so that a statement has none of a schedule.
v1::BaselineSetting Constant(const std::string& rule,
                             std::vector<std::pair<std::string, double>> values) {
  values.insert(values.end(), {{"schedule", 0}, {"warmup", 0}});
  return Setting(rule, values);
}

// `step(update, g)` is the statement's p after that update. Largest error relative to the rate.
double ErrorOf(
    const v1::BaselineSetting& setting, const std::vector<int64_t>& shape, double rate,
    const Problem& problem,
    const std::function<at::Tensor(int64_t, const at::Tensor&, std::span<const float>)>& step) {
  double largest = 0;
  FollowRule(setting, TensorsOf({shape}), problem,
             [&](int64_t update, const std::vector<float>& p, std::span<const float> state) {
               const at::Tensor g = InDouble(problem.gradients[static_cast<size_t>(update)], shape);
               const at::Tensor expected = step(update, g, state);
               largest = std::max(largest, LargestError(p, expected) / rate);
             });
  return largest;
}

TEST(LionTest, MovesBySigns) {
  const Problem problem = RandomProblem(37, 6);
  at::Tensor p = InDouble(problem.initial, {37}), m = torch::zeros_like(p);
  const auto setting = Constant("lion", {{"learning_rate", 0.01}, {"weight_decay", 0.2}});
  const double error =
      ErrorOf(setting, {37}, 0.01, problem, [&](int64_t, const at::Tensor& g, auto) {
        p = p - 0.01 * ((0.9 * m + 0.1 * g).sign() + 0.2 * p);
        m = 0.99 * m + 0.01 * g;
        return p;
      });
  EXPECT_LT(error, 1e-3);
}

// x, y and z each for itself, as in the paper.
TEST(ScheduleFreeTest, KeepsTheGradientsPointAndFinishesWithTheAverage) {
  const Problem problem = RandomProblem(37, 7);
  const auto setting =
      Setting("schedule_free_adamw",
              {{"learning_rate", 0.02}, {"weight_decay", 0.1}, {"warmup_updates", 10}});
  at::Tensor x = InDouble(problem.initial, {37}), z = x, y = x, v = torch::zeros_like(x);
  const auto optimizer = MakeBaseline(setting, TensorsOf({{37}})).value();
  double sum = 0;
  FollowRule(setting, TensorsOf({{37}}), problem,
             [&](int64_t update, const std::vector<float>& p, std::span<const float> state) {
               const at::Tensor g = InDouble(problem.gradients[static_cast<size_t>(update)], {37});
               const double t = static_cast<double>(update + 1);
               const double rate = 0.02 * std::min(1.0, t / 10);
               v = 0.999 * v + 0.001 * g * g;
               z = z - rate * (g / ((v / (1 - std::pow(0.999, t))).sqrt() + 1e-8) + 0.1 * y);
               sum += rate * rate;
               const double c = rate * rate / sum;
               x = (1 - c) * x + c * z;
               y = 0.1 * z + 0.9 * x;
               ASSERT_LT(LargestError(p, y), 1e-5) << update;
               std::vector<float> finished = p;
               optimizer->Finish(state, finished);
               ASSERT_LT(LargestError(finished, x), 1e-5) << update;
             });
}

at::Tensor NewtonSchulz5(at::Tensor x) {
  if (x.size(0) > x.size(1)) return NewtonSchulz5(x.t()).t();
  x = x / (x.norm() + 1e-7);
  for (int i = 0; i < 5; ++i) {
    const at::Tensor a = x.mm(x.t());
    x = 3.4445 * x + (-4.7750 * a + 2.0315 * a.mm(a)).mm(x);
  }
  return x;
}

TEST(MuonRuleTest, MatricesMoveByNewtonSchulzIterations) {
  for (const auto& shape : std::vector<std::vector<int64_t>>{{5, 19}, {33, 4}, {1, 6}, {20, 20}}) {
    const Problem problem = RandomProblem(static_cast<size_t>(shape[0] * shape[1]), 8);
    at::Tensor p = InDouble(problem.initial, shape), m = torch::zeros_like(p);
    const double scale =
        std::sqrt(std::max(1.0, static_cast<double>(shape[1]) / static_cast<double>(shape[0])));
    const auto setting =
        Constant("muon", {{"learning_rate", 0.05}, {"momentum", 0.9}, {"weight_decay", 0.1}});
    const double error =
        ErrorOf(setting, shape, 0.05, problem, [&](int64_t, const at::Tensor& g, auto) {
          m = 0.9 * m + g;
          p = p - 0.05 * (scale * NewtonSchulz5(g + 0.9 * m) + 0.1 * p);
          return p;
        });
    EXPECT_LT(error, 1e-3) << shape[0];
  }
}

TEST(MuonRuleTest, TheRestMovesByAdamWAtItsOwnRate) {
  std::vector<ParameterTensor> tensors = TensorsOf({{6, 4}, {5}, {4, 3}});
  tensors[2].kind = TensorKind::kEmbedding;
  const Problem problem = RandomProblem(41, 9);
  std::vector<std::vector<float>> muon, adamw;
  FollowRule(Setting("muon", {{"rest_rate", 0.03}, {"beta2", 0.99}}), tensors, problem,
             [&](int64_t, const std::vector<float>& p, auto) { muon.push_back(p); });
  FollowRule(
      Setting("adamw",
              {{"learning_rate", 0.03}, {"beta2", 0.99}, {"weight_decay", 0}, {"schedule", 1}}),
      tensors, problem, [&](int64_t, const std::vector<float>& p, auto) { adamw.push_back(p); });
  for (size_t t = 0; t < muon.size(); ++t) {
    EXPECT_NE(muon[t][0], adamw[t][0]);
    for (size_t k = 24; k < 41; ++k) ASSERT_NEAR(muon[t][k], adamw[t][k], 1e-6) << t << " " << k;
  }
}

at::Tensor PowerOf(const at::Tensor& symmetric, double exponent, double ridge) {
  const auto [values, vectors] = at::linalg_eigh(symmetric);
  const at::Tensor raised = (values.clamp_min(0) + ridge * values.max()).pow(exponent);
  return vectors.mm(raised.diag()).mm(vectors.t());
}

struct AdamStatement {
  at::Tensor m, v;
  double beta1, beta2;

  at::Tensor Mean(int64_t t) const { return m / (1 - std::pow(beta1, t)); }
  at::Tensor Direction(int64_t t) const {
    return Mean(t) / ((v / (1 - std::pow(beta2, t))).sqrt() + 1e-8);
  }
  void Move(const at::Tensor& g) {
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
  }
};

// With sides of at most `largest`.
void ExpectShampoo(const std::vector<int64_t>& shape, int64_t largest, bool sgd_norm) {
  const double kRate = 0.02, kDecay = 0.1, kRidge = 1e-4;
  const Problem problem = RandomProblem(static_cast<size_t>(shape[0] * shape[1]), 10);
  at::Tensor p = InDouble(problem.initial, shape);
  AdamStatement adam = {torch::zeros_like(p), torch::zeros_like(p), 0.9, 0.95};
  at::Tensor l = p.new_zeros({shape[0], shape[0]}), r = p.new_zeros({shape[1], shape[1]});
  at::Tensor left = torch::eye(shape[0], torch::kDouble),
             right = torch::eye(shape[1], torch::kDouble);
  const bool rows = shape[0] <= largest, columns = shape[1] <= largest;
  const double exponent = rows && columns ? -0.25 : -0.5;
  const auto setting = Constant("shampoo", {{"learning_rate", kRate},
                                            {"beta2", 0.95},
                                            {"weight_decay", kDecay},
                                            {"matrix_epsilon", kRidge},
                                            {"every", 4},
                                            {"start", 3},
                                            {"sgd_norm", sgd_norm},
                                            {"largest_side", static_cast<double>(largest)}});
  const double error =
      ErrorOf(setting, shape, kRate, problem, [&](int64_t update, const at::Tensor& g, auto) {
        const int64_t t = update + 1;
        adam.Move(g);
        l = 0.95 * l + 0.05 * g.mm(g.t());
        r = 0.95 * r + 0.05 * g.t().mm(g);
        if (t >= 3 && (t - 3) % 4 == 0) {
          if (rows) left = PowerOf(l, exponent, kRidge);
          if (columns) right = PowerOf(r, exponent, kRidge);
        }
        at::Tensor u = adam.Direction(t);
        if (t >= 3) {
          const at::Tensor d = left.mm(adam.Mean(t)).mm(right);
          u = d * ((sgd_norm ? adam.Mean(t) : u).norm() / d.norm());
        }
        p = p - kRate * (u + kDecay * p);
        return p;
      });
  std::printf("shampoo [%ld, %ld], sides to %ld: %.2g of the rate\n", shape[0], shape[1], largest,
              error);
  EXPECT_LT(error, 2e-3);
}

TEST(ShampooTest, MatricesMoveByFourthRootsOfBothSides) {
  ExpectShampoo({6, 6}, 256, false);
  ExpectShampoo({5, 19}, 256, false);
  ExpectShampoo({33, 4}, 256, true);
  ExpectShampoo({40, 24}, 256, false);
}

TEST(ShampooTest, OrByTheRootOfOneSide) {
  ExpectShampoo({5, 19}, 8, false);
  ExpectShampoo({33, 4}, 8, false);
}

// Bases of SOAP's state, [n, n] of [n, padded to 16].
at::Tensor Square(std::span<const float> state, size_t begin, int64_t n) {
  const int64_t stride = (n + 15) / 16 * 16;
  const auto values = state.subspan(begin, static_cast<size_t>(n * stride));
  return InDouble({values.begin(), values.end()}, {n, stride}).narrow(1, 0, n);
}

// One side of the statement. Rows of z are the basis. Where the first statistics have no full rank
// their eigenvectors are not unique: then those that the rule took are tested and taken over.
struct Basis {
  int64_t n;
  bool used;
  at::Tensor statistics, z;

  void Start(const at::Tensor& taken) {
    z = taken;
    const at::Tensor turned = z.mm(statistics).mm(z.t());
    const at::Tensor beside = turned - turned.diag().diag();
    EXPECT_LT(beside.abs().max().item<double>(), 1e-5 * turned.abs().max().item<double>());
    EXPECT_LT((z.mm(z.t()) - torch::eye(n, torch::kDouble)).abs().max().item<double>(), 1e-5);
    const at::Tensor values = turned.diag();
    EXPECT_GT((values.narrow(0, 0, n - 1) - values.narrow(0, 1, n - 1)).min().item<double>(),
              -1e-5 * values.abs().max().item<double>());
  }
  // The order in which rows of v must go.
  at::Tensor Turn() {
    const at::Tensor next = z.mm(statistics);
    const at::Tensor order = (next * z).sum(1).argsort(0, /*descending=*/true);
    const auto [q, triangle] = at::linalg_qr(next.index_select(0, order).t());
    z = q.t();
    return order;
  }
};

void ExpectSoap(const std::vector<int64_t>& shape, int64_t largest) {
  const double kRate = 0.02, kDecay = 0.1, kBeta = 0.9;
  const auto size = static_cast<size_t>(shape[0] * shape[1]);
  const Problem problem = RandomProblem(size, 11);
  at::Tensor p = InDouble(problem.initial, shape);
  at::Tensor m = torch::zeros_like(p), v = torch::zeros_like(p);
  const auto side = [&](int64_t n) {
    return Basis{n, n <= largest, p.new_zeros({n, n}), torch::eye(n, torch::kDouble)};
  };
  Basis left = side(shape[0]), right = side(shape[1]);
  const auto setting = Constant("soap", {{"learning_rate", kRate},
                                         {"beta1", kBeta},
                                         {"beta2", kBeta},
                                         {"weight_decay", kDecay},
                                         {"epsilon", 1e-3},
                                         {"every", 10},
                                         {"largest_side", static_cast<double>(largest)}});
  const auto first_bases = [&](std::span<const float> state) {
    size_t at = 2 * size;
    for (Basis* basis : {&left, &right}) {
      if (!basis->used) continue;
      const auto square = static_cast<size_t>(basis->n * ((basis->n + 15) / 16 * 16));
      basis->Start(Square(state, at + square, basis->n));
      at += 2 * square;
    }
  };
  const auto step = [&](int64_t update, const at::Tensor& g, std::span<const float> state) {
    if (update > 0) {
      m = kBeta * m + (1 - kBeta) * g;
      const at::Tensor turned = left.z.mm(g).mm(right.z.t());
      v = kBeta * v + (1 - kBeta) * turned * turned;
      const double correction = 1 - std::pow(kBeta, update);
      const at::Tensor n =
          left.z.mm(m / correction).mm(right.z.t()) / ((v / correction).sqrt() + 1e-3);
      p = p - kRate * (left.z.t().mm(n).mm(right.z) + kDecay * p);
    }
    left.statistics = kBeta * left.statistics + (1 - kBeta) * g.mm(g.t());
    right.statistics = kBeta * right.statistics + (1 - kBeta) * g.t().mm(g);
    if (update == 0) {
      first_bases(state);
    } else if (update % 10 == 0) {
      if (left.used) v = v.index_select(0, left.Turn());
      if (right.used) v = v.index_select(1, right.Turn());
    }
    return p;
  };
  const double error = ErrorOf(setting, shape, kRate, problem, step);
  std::printf("soap [%ld, %ld], sides to %ld: %.2g of the rate\n", shape[0], shape[1], largest,
              error);
  EXPECT_LT(error, 2e-3);
}

TEST(SoapTest, MatricesMoveByAdamInTheBasesOfBothSides) {
  ExpectSoap({6, 6}, 256);
  ExpectSoap({5, 19}, 256);
  ExpectSoap({33, 4}, 256);
  ExpectSoap({40, 24}, 256);
}

TEST(SoapTest, OrOfOneSide) {
  ExpectSoap({5, 19}, 8);
  ExpectSoap({33, 4}, 8);
}

}  // namespace
}  // namespace paceline
