// Linear regression: y = x·w* with w* of the episode, x of the batch; the loss is the mean of
// (x·w + b − y)². `fault` says what it does wrong, `batched` that it computes many runs together.
#include <atomic>
#include <stdexcept>

#include "paceline/task.h"

namespace {

using paceline::plugin::Parameter;
using paceline::plugin::Part;
using paceline::plugin::Random;
using paceline::plugin::Settings;

class Line : public paceline::plugin::Task {
 public:
  explicit Line(const Settings& settings)
      : width_(settings.Whole("width", 4, 1, 1024)),
        noise_(static_cast<float>(settings.Number("noise", 0))),
        batched_(settings.Whole("batched", 0, 0, 1) == 1),
        fault_(settings.Text("fault", "none")) {
    if (fault_ == "make") throw std::runtime_error("nothing is right");
  }

  std::vector<Parameter> parameters() const override {
    if (fault_ == "no_parameters") return {};
    if (fault_ == "no_name") return {{"", {2}}};
    if (fault_ == "same_name") return {{"w", {2}}, {"w", {2}}};
    if (fault_ == "no_extent") return {{"w", {2, 0}}};
    if (fault_ == "axes") return {{"w", std::vector<int64_t>(9, 1)}};
    if (fault_ == "huge") return {{"w", {1 << 20, 1 << 20}}};
    if (fault_ == "huge_together") return {{"v", {1 << 27}}, {"w", {(1 << 27) + 1}}};
    return {{"w", {width_, 1}}, {"b", {1}}};
  }

  std::vector<at::Tensor> Initial(Random& random) const override {
    if (fault_ == "initial_throw") throw std::runtime_error("no weights today");
    const at::Tensor w = Normals(random, {width_, 1}), b = Normals(random, {1});
    if (fault_ == "initial_count") return {w};
    if (fault_ == "initial_shape") return {w.squeeze(1), b};
    if (fault_ == "initial_type") return {w.to(at::kDouble), b};
    if (fault_ == "initial_none") return {w, {}};
    if (fault_ == "draws") return {w, b.clone().normal_()};
    return {w, b};
  }

  std::vector<at::Tensor> Batch(Part, int64_t size, Random& episode,
                                Random& random) const override {
    if (fault_ == "batch_throw") throw 7;
    if (fault_ == "batch_none") return {at::Tensor()};
    const at::Tensor x = Normals(random, {size, width_});
    const at::Tensor y = x.matmul(Normals(episode, {width_, 1}));
    return {x, y.add(Normals(random, {size, 1}), noise_)};
  }

  at::Tensor Loss(const std::vector<at::Tensor>& parameters,
                  const std::vector<at::Tensor>& batch) const override {
    const at::Tensor squares =
        batch[0].matmul(parameters[0]).add(parameters[1]).sub(batch[1]).square();
    if (fault_ == "loss_throw") throw std::runtime_error("the loss is lost");
    if (fault_ == "loss_torch") return batch[0].matmul(batch[0]).mean();
    if (fault_ == "loss_shape") return squares;
    if (fault_ == "loss_type") return squares.to(at::kDouble).mean();
    if (fault_ == "loss_none") return {};
    if (fault_ == "loss_in_place") return parameters[0].squeeze_(1).mean();
    if (fault_ == "nan") return squares.mean().neg().sub(1).sqrt();
    if (fault_ == "no_bias") return batch[0].matmul(parameters[0]).sub(batch[1]).square().mean();
    if (fault_ == "constant") return batch[1].square().mean();
    // After a while, in the middle of a window.
    if (fault_ == "later" && ++calls_ > 30) throw std::runtime_error("the loss is lost at last");
    return squares.mean();
  }

  bool has_losses() const override { return batched_; }
  at::Tensor Losses(const std::vector<at::Tensor>& parameters,
                    const std::vector<at::Tensor>& batch) const override {
    const at::Tensor squares =
        batch[0].matmul(parameters[0]).add(parameters[1].unsqueeze(1)).sub(batch[1]).square();
    if (fault_ == "losses_shape") return squares.mean();
    if (fault_ == "losses_throw") throw std::runtime_error("all lost");
    if (fault_ == "losses_constant") return batch[1].square().mean({1, 2});
    return squares.mean({1, 2});
  }

 private:
  const int64_t width_;
  const float noise_;
  const bool batched_;
  const std::string fault_;
  mutable std::atomic<int> calls_ = 0;
};

}  // namespace

PACELINE_TASK("line", Line)
