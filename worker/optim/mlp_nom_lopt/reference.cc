// MLPNomLOpt (docs/reference/learned-optimizers.md §5).
#include <ATen/TensorOperators.h>
#include <ATen/ops/full_like.h>

#include "common/lopt/mlp_nom_lopt/family.h"
#include "worker/reference/adafac_family.h"

namespace paceline {
namespace {

class ReferenceMlpNom : public ReferenceAdafacFamily {
 public:
  explicit ReferenceMlpNom(const ReferenceSetup& setup)
      : ReferenceAdafacFamily(setup, SettingsOf(setup.config, setup.config.mlp_nom_lopt()),
                              DecayValuesOf(setup.config.mlp_nom_lopt())),
        config_(setup.config.mlp_nom_lopt()) {}

 private:
  at::Tensor Move(const TensorUpdate& update) const override {
    const at::Tensor magnitude = Magnitude(update, 1, config_.aggregate_magnitude());
    const at::Tensor one = at::full_like(magnitude, 1);
    const at::Tensor nominal_magnitude =
        config_.nominal_controller() ? Magnitude(update, 2, config_.aggregate_nominal_magnitude())
                                     : one;
    const at::Tensor decay_magnitude =
        config_.regularization_controller()
            ? Magnitude(update, 3, config_.aggregate_regularization_magnitude())
            : one - 1;

    at::Tensor step = update.outputs.narrow(1, 0, 1) *
                      (magnitude * config_.exp_multiplier()).exp() * config_.step_multiplier();
    if (config_.normalize_blackbox()) step = step * InverseRms(update);
    if (config_.selfnormalize_blackbox()) step = step * update.g.mean(2, /*keepdim=*/true);
    const at::Tensor nominal = (nominal_magnitude * config_.nominal_exp_multiplier()).exp() *
                               config_.nominal_step_size() * Direction(update);
    const at::Tensor kept = 1 - (decay_magnitude * config_.regularization_exp_multiplier()).exp() *
                                    config_.weight_decay();
    return kept * update.p - Sized(config_.update_rms(), step + nominal);
  }

  static at::Tensor Magnitude(const TensorUpdate& update, int64_t output, bool aggregate) {
    const at::Tensor own = update.outputs.narrow(1, output, 1);
    return aggregate ? own.mean(2, /*keepdim=*/true).expand(own.sizes()) : own;
  }
  static at::Tensor InverseRms(const TensorUpdate& update) {
    return (update.accumulated.rms + 1e-6).rsqrt();
  }

  at::Tensor Direction(const TensorUpdate& update) const {
    const at::Tensor& momenta = update.accumulated.momenta;
    const at::Tensor slowest = momenta.narrow(1, momenta.size(1) - 1, 1);
    const at::Tensor mean = momenta.mean(1, /*keepdim=*/true);
    switch (config_.nominal_direction()) {
      case v1::NOMINAL_DIRECTION_SGD:
        return update.g;
      case v1::NOMINAL_DIRECTION_SGDM:
        return slowest;
      case v1::NOMINAL_DIRECTION_AGG_MO:
        return mean;
      case v1::NOMINAL_DIRECTION_ADAM:
        return slowest * InverseRms(update);
      case v1::NOMINAL_DIRECTION_ADAM_AGG_MO:
      case v1::NOMINAL_DIRECTION_UNSPECIFIED:
      case v1::NominalDirection_INT_MIN_SENTINEL_DO_NOT_USE_:
      case v1::NominalDirection_INT_MAX_SENTINEL_DO_NOT_USE_:
        break;
    }
    return mean * InverseRms(update);
  }

  const v1::MlpNomLopt config_;
};

}  // namespace

template <>
std::unique_ptr<ReferenceOptimizer> MakeReference<MlpNomLoptFamily>(const ReferenceSetup& setup) {
  return std::make_unique<ReferenceMlpNom>(setup);
}

}  // namespace paceline
