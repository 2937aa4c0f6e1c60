// What the networks of several families are made of.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/network/builder.h"
#include "common/task/data_use.h"
#include "paceline/v1/task.pb.h"

namespace paceline {

// How a family's weights begin: one rule for all of them, or by a draw of the episode that they
// share.
class Weights {
 public:
  // scale: 0 for 1, as an absent field reads.
  Weights(NetworkBuilder& net, v1::Initializer initializer, double scale);
  TensorInit Of(const Extents& shape) const;

 private:
  v1::Initializer initializer_;
  double scale_;
  int kind_choice_ = -1, scale_choice_ = -1;
};

// haiku's default: normal with σ = 1/√(product of all axes but the last), truncated at ±2σ.
TensorInit StandardWeights(const Extents& shape);

// x·w + b with "<name>/w" [in, out] as `init` says, and "<name>/b" [out], 0 at first.
Value Linear(NetworkBuilder& net, const std::string& name, Value x, int64_t out, TensorKind kind,
             const TensorInit& init);

// Layers "<name>/~/linear_i" of these widths after x's, an activation between them.
Value Mlp(NetworkBuilder& net, const std::string& name, Value x, const std::vector<int64_t>& widths,
          v1::Activation activation, const Weights& weights);

// "<name>/scale" and "<name>/offset" [channel].
Value LayerNormed(NetworkBuilder& net, const std::string& name, Value x, double epsilon = 1e-5);
// The same [1, ..., 1, channel], with "<name>/~/mean_ema" and "var_ema". scale: how it begins.
Value BatchNormed(NetworkBuilder& net, const std::string& name, Value x,
                  InitKind scale = InitKind::kOnes);

// Mean cross-entropy of logits [example, class]: the loss of a classifier.
Value ClassifierCrossEntropy(NetworkBuilder& net, Value logits, Value labels);

struct LabelledImages {
  Value images;  // [example, size, size, channel]
  Value labels;  // [example]
};
LabelledImages ImageInputs(NetworkBuilder& net, const ImageUse& use);

// clip(loss, 0, 1.5·ln classes); NaN → 1.5·ln classes.
MetaLossRule ClippedMetaLoss(int64_t classes);
// NaN, ±inf → ln(2·classes); (clip(loss, 0, ln(2·classes)) − ln(classes/5))·10/ln(classes).
MetaLossRule ParametricMetaLoss(int64_t classes);
MetaLossRule ClassifierMetaLoss(v1::MetaLoss rule, int64_t classes);
// NaN, ±inf → ln(2·classes); 10·clip(loss, 0, ln(2·classes))/ln(2·classes).
MetaLossRule ScaledMetaLoss(int64_t classes);
// NaN, ±inf → 1; 10·min(loss, 1).
MetaLossRule SquaredErrorMetaLoss();
// The loss itself within ±bound.
MetaLossRule PlainMetaLoss(double bound);

}  // namespace paceline
