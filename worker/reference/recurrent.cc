#include "worker/reference/recurrent.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/baddbmm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>
#include <utility>

#include "worker/reference/setup.h"

namespace paceline {
namespace {

constexpr int64_t kAverages = 10;
constexpr double kNoMinimumYet = 999999999999.;

}  // namespace

at::Tensor LinearOf(const at::Tensor& thetas, const ThetaLayout& layout, const std::string& path,
                    const at::Tensor& x) {
  return at::baddbmm(LeafOf(thetas, layout, path + "/b").unsqueeze(1), x,
                     LeafOf(thetas, layout, path + "/w"));
}

ReferenceLstm::ReferenceLstm(const ThetaLayout& layout, std::string path, int64_t tensors,
                             RunStates& states)
    : layout_(layout), path_(std::move(path)) {
  const int64_t hidden = layout_.leaf(path_ + "/w").shape[1] / 4;
  hidden_ = states.Add({tensors, hidden});
  cell_ = states.Add({tensors, hidden});
}

void ReferenceLstm::SetTheta(const at::Tensor& thetas, RunStates& states) {
  thetas_ = thetas;
  states.SetInitial(hidden_, LeafOf(thetas, layout_, "lstm_init_state/hidden"));
  states.SetInitial(cell_, LeafOf(thetas, layout_, "lstm_init_state/cell"));
}

ReferenceLstm::State ReferenceLstm::Run(const RunStates& states, const at::Tensor& inputs) const {
  const at::Tensor z = LinearOf(thetas_, layout_, path_, at::cat({inputs, states[hidden_]}, 2));
  const std::vector<at::Tensor> gates = z.chunk(4, 2);
  const at::Tensor cell =
      (gates[2] + 1).sigmoid() * states[cell_] + gates[0].sigmoid() * gates[1].tanh();
  return {gates[3].sigmoid() * cell.tanh(), cell};
}

void ReferenceLstm::Keep(RunStates& states, const State& state) const {
  states[hidden_] = state.hidden;
  states[cell_] = state.cell;
}

LossHistory::LossHistory(RunStates& states)
    : means_(states.Add({kAverages})), minima_(states.Add({kAverages}, kNoMinimumYet)) {}

at::Tensor LossHistory::Update(RunStates& states, const at::Tensor& iterations,
                               const at::Tensor& num_steps, const at::Tensor& losses,
                               bool equal) const {
  // The corrections cancel where num_steps is large: in double, with decays as a float32 program
  // has them.
  const at::Tensor updates = iterations.to(at::kDouble).unsqueeze(1) + 1;
  const at::Tensor last =
      equal ? at::full_like(updates, std::log(10.0)) : num_steps.to(at::kDouble).unsqueeze(1).log();
  const at::Tensor share = at::linspace(0, 1, kAverages, updates.options());
  const at::Tensor half_lives = (std::log(10.0) + share * (last - std::log(10.0))).exp();
  const at::Tensor decays = (-1 / half_lives).exp().to(losses.scalar_type()).to(at::kDouble);
  const at::Tensor correction = 1 - decays.pow(updates);
  const at::Tensor loss = losses.to(at::kDouble).unsqueeze(1);
  const at::Tensor before = states[means_].to(at::kDouble);
  const at::Tensor largest = (before / correction).amax(1, /*keepdim=*/true);
  const at::Tensor cap = at::where(updates == 1, loss, largest);
  const at::Tensor means = decays * before + (1 - decays) * at::minimum(2 * cap.abs(), loss);
  const at::Tensor corrected = means / correction;
  const at::Tensor minima = at::minimum(states[minima_].to(at::kDouble), corrected);
  states[means_] = means;
  states[minima_] = minima;
  const at::Tensor least = minima.narrow(1, 0, kAverages - 1);
  const at::Tensor shorter = corrected.narrow(1, 0, kAverages - 1) - least;
  const at::Tensor longer = corrected.narrow(1, 1, kAverages - 1) - least;
  const at::Tensor ratio = (shorter / longer.clamp_min(1e-8) - 1).clamp(-1, 1);
  return at::where(updates <= 2, at::zeros_like(ratio), ratio).to(losses.scalar_type());
}

at::Tensor ProgressFeatures(const at::Tensor& iterations, const at::Tensor& num_steps) {
  const at::Tensor scales =
      at::tensor({.03, .1, .2, .4, .6, .8, .9, 1., 1.1}, iterations.options());
  return (10 * ((iterations / num_steps).unsqueeze(1) - scales)).tanh();
}

at::Tensor ClippedLog(const at::Tensor& x) { return (x.abs() + 1e-8).log().clamp(-5, 5); }

at::Tensor SpreadOf(const at::Tensor& x) {
  return (x - x.mean(-1, /*keepdim=*/true)).square().mean(-1, /*keepdim=*/true);
}

}  // namespace paceline
