// A physics-informed network: u′ = −k·u, u(0) = 1 on [0, 1], without data. The network N has one
// hidden layer of tanh, u(t) = 1 + t·N(t) meets the initial value, and the loss is the mean over
// random t of the squared residual (u′ + k·u)². (M. Raissi et al., "Physics-informed neural
// networks", 2019.) k is drawn for each training, uniform in [1, 5].
#include <cmath>

#include "paceline/task.h"

namespace {

using paceline::plugin::Parameter;
using paceline::plugin::Part;
using paceline::plugin::Random;
using paceline::plugin::Settings;

class Decay : public paceline::plugin::Task {
 public:
  explicit Decay(const Settings& settings) : width_(settings.Whole("width", 16, 1, 4096)) {}

  std::vector<Parameter> parameters() const override {
    return {
        {"hidden/w", {1, width_}}, {"hidden/b", {width_}}, {"out/w", {width_, 1}}, {"out/b", {1}}};
  }

  std::vector<at::Tensor> Initial(Random& random) const override {
    const at::Tensor hidden = Normals(random, {1, width_});
    const at::Tensor out = Normals(random, {width_, 1}).div(std::sqrt(static_cast<double>(width_)));
    const at::Tensor zeros = at::empty({width_}, at::kFloat).zero_();
    return {hidden, zeros, out, zeros.narrow(0, 0, 1).clone()};
  }

  // Points t [size, 1] and k [1, 1].
  std::vector<at::Tensor> Batch(Part, int64_t size, Random& episode,
                                Random& random) const override {
    return {Uniforms(random, {size, 1}), Uniforms(episode, {1, 1}).mul(4).add(1)};
  }

  at::Tensor Loss(const std::vector<at::Tensor>& parameters,
                  const std::vector<at::Tensor>& batch) const override {
    return Residuals(parameters, batch).square().mean();
  }

  // The same text: only that all have one more axis in front.
  bool has_losses() const override { return true; }
  at::Tensor Losses(const std::vector<at::Tensor>& parameters,
                    const std::vector<at::Tensor>& batch) const override {
    return Residuals(parameters, batch).square().mean({1, 2});
  }

 private:
  // [..., point, 1]
  static at::Tensor Residuals(const std::vector<at::Tensor>& parameters,
                              const std::vector<at::Tensor>& batch) {
    const at::Tensor &t = batch[0], &k = batch[1];
    const at::Tensor &w = parameters[0], &v = parameters[2];
    const at::Tensor hidden = t.matmul(w).add(parameters[1].unsqueeze(-2)).tanh();
    const at::Tensor network = hidden.matmul(v).add(parameters[3].unsqueeze(-2));
    const at::Tensor slope = hidden.square().neg().add(1).mul(w).matmul(v);  // dN/dt
    const at::Tensor u = t.mul(network).add(1);
    return network.add(t.mul(slope)).add(u.mul(k));
  }

  const int64_t width_;
};

}  // namespace

PACELINE_TASK("decay", Decay)
