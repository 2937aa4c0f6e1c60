// A whole window of one run by one team: θ from its seed, then W inner steps of an image MLP (batch
// by counter, loss and gradient, optimizer), with everything that fits in shared memory. The same
// bits as worker/engine/loop_runs.cc.
#pragma once

#include <type_traits>

#include "common/lopt/plan/per_parameter_plan.h"
#include "common/noise/team_noise.h"
#include "worker/kernels/mlp_curvature_kernel.h"
#include "worker/kernels/mlp_kernel.h"
#include "worker/kernels/window_plan.h"
#include "worker/optim/inner_step.h"

namespace paceline {

template <class V, class Plan, class Team>
class Window {
 public:
  using Kernel = typename Plan::Kernel;

  PACELINE_LANE Window(const WindowTask& task, const Plan& plan, const WindowLayout& layout,
                       const WindowRun& run, float* shared, const Team& team)
      : task_(task), plan_(plan), layout_(layout), run_(run), shared_(shared), team_(team) {}

  PACELINE_LANE void Run(int64_t steps) const {
    Begin();
    bool finite = true;
    for (int64_t step = 0; step < steps; ++step) {
      // A run whose loss is no longer finite stands still: its parameters mean nothing any more.
      float loss = NotANumber();
      if (finite) {
        loss = LossAndGradient(run_.step + step);
        finite = IsFinite(loss);
        // The loss was read from what the optimizer is about to use.
        team_.Sync();
      }
      if (team_.rank() == 0) run_.losses[step] = loss;
      if (finite) {
        InnerStep inner = {.iteration = run_.step + step,
                           .num_steps = run_.num_steps,
                           .loss = loss,
                           .gradient = Part(kGradient)};
        // The families that can use it.
        if constexpr (std::is_base_of_v<PerParameterPlan, Plan>) AddCurvature(inner);
        Kernel::template Update<V>(plan_, Part(kPrepared), inner,
                                   Home(kParameters, run_.parameters), Home(kState, run_.state),
                                   Part(kScratch), team_);
        team_.Sync();
      }
    }
    if (layout_.shared[kParameters]) {
      Copy(task_.parameters, Part(kParameters), run_.parameters);
    }
    if (layout_.shared[kState]) Copy(plan_.state_size, Part(kState), run_.state);
  }

 private:
  PACELINE_LANE float* Part(WindowPart part) const {
    return (layout_.shared[part] ? shared_ : run_.workspace) + layout_.offset[part];
  }
  // Of what is kept from window to window: staged, or where it is kept.
  PACELINE_LANE float* Home(WindowPart part, float* home) const {
    return layout_.shared[part] ? Part(part) : home;
  }
  PACELINE_LANE void Copy(size_t count, const float* from, float* to) const {
    lane::ForEach(team_, count, [&](size_t i) { to[i] = from[i]; });
  }

  // θ, prepared; parameters and state.
  PACELINE_LANE void Begin() const {
    float* theta = Part(kScratch);
    if (run_.scale == 0) {
      Copy(plan_.theta_size, run_.theta, theta);
    } else if (run_.sigmas != nullptr) {
      AddNormalsByElement(run_.noise, run_.scale, run_.sigmas, run_.theta, theta, plan_.theta_size,
                          team_);
    } else {
      AddScaledNormals(run_.noise, 0, run_.scale, run_.theta, theta, plan_.theta_size, team_);
    }
    team_.Sync();
    Kernel::template Prepare<V>(plan_, theta, Part(kPrepared), team_);
    team_.Sync();
    if (layout_.shared[kParameters]) {
      Copy(task_.parameters, run_.parameters, Part(kParameters));
    }
    if (run_.begins) {
      Kernel::template InitState<V>(plan_, Part(kPrepared), Home(kState, run_.state), team_);
    } else if (layout_.shared[kState]) {
      Copy(plan_.state_size, run_.state, Part(kState));
    }
    team_.Sync();
  }

  PACELINE_LANE float LossAndGradient(int64_t step) const {
    const size_t batch = static_cast<size_t>(task_.shape.batch);
    const size_t inputs = static_cast<size_t>(task_.shape.widths[0]);
    const size_t stride = layout_.image_stride;
    float* images = Part(kBatch);
    int32_t* labels = reinterpret_cast<int32_t*>(images + batch * stride);
    uint32_t* chosen = reinterpret_cast<uint32_t*>(images + batch * (stride + 1));
    PhiloxPlace place = run_.batch;
    place.words[0] = static_cast<uint32_t>(step);
    FillIndices(place, 0, task_.examples, chosen, batch, team_);
    team_.Sync();
    lane::ForEachPlace(team_, batch, inputs, [&](size_t b, size_t i) {
      images[b * stride + i] = task_.images[chosen[b] * inputs + i];
    });
    lane::ForEach(team_, batch, [&](size_t b) { labels[b] = task_.labels[chosen[b]]; });
    team_.Sync();
    return kernels::MlpEvaluation<V, Team>(
               task_.shape, task_.at, Home(kParameters, run_.parameters), Part(kScratch), team_)
        .LossAndGradient({images, stride, labels}, Part(kGradient));
  }

  // On the batch that LossAndGradient gathered. As worker/engine/curvature_source.cc.
  PACELINE_LANE void AddCurvature(InnerStep& inner) const {
    const WindowCurvature& curvature = task_.curvature;
    if (curvature.every == 0 || inner.iteration % curvature.every != 0) return;
    const size_t stride = CurvatureStride(task_);
    float* const probe = Part(kCurvature);
    float* const hessian = probe + stride;
    float* const gauss_newton = hessian + stride;
    PhiloxPlace place = run_.probe;
    place.words[0] = static_cast<uint32_t>(inner.iteration);
    FillSigns(place, probe, task_.parameters, team_);
    team_.Sync();
    const float* images = Part(kBatch);
    const int32_t* labels = reinterpret_cast<const int32_t*>(
        images + static_cast<size_t>(task_.shape.batch) * layout_.image_stride);
    kernels::MlpCurvature<V, Team>(task_.shape, curvature.at, Home(kParameters, run_.parameters),
                                   probe, gauss_newton + stride, team_)
        .Products({images, layout_.image_stride, labels}, hessian, gauss_newton);
    lane::ForEach(team_, task_.parameters, [&](size_t i) {
      hessian[i] *= probe[i];
      gauss_newton[i] *= probe[i];
    });
    team_.Sync();
    if (curvature.hessian) inner.hessian_diagonal = hessian;
    if (curvature.gauss_newton) inner.gauss_newton_diagonal = gauss_newton;
  }

  static PACELINE_LANE bool IsFinite(float x) {
    return (Bits(lane::Scalar::Set(x)).raw & 0x7f800000u) != 0x7f800000u;
  }
  static PACELINE_LANE float NotANumber() { return FromBits(lane::ScalarU::Set(0x7fc00000u)).raw; }

  const WindowTask& task_;
  const Plan& plan_;
  const WindowLayout& layout_;
  const WindowRun& run_;
  float* shared_;
  const Team& team_;
};

}  // namespace paceline
