#include "common/task/mlp_layers.h"

#include <fmt/format.h>

namespace paceline {
namespace {

// The library writes layers with norms by hand, the others by its MLP: hence two ways of naming.
std::string LayerName(v1::Norm norm, size_t layer) {
  if (!IsNormed(norm)) return fmt::format("mlp/~/linear_{}", layer);
  return layer == 0 ? "linear" : fmt::format("linear_{}", layer);
}

Value Normed(NetworkBuilder& net, v1::Norm norm, size_t layer, Value x) {
  if (!IsNormed(norm)) return x;
  const std::string number = layer == 0 ? "" : fmt::format("_{}", layer);
  return norm == v1::NORM_LAYER ? LayerNormed(net, "layer_norm" + number, x)
                                : BatchNormed(net, "batch_norm" + number, x);
}

}  // namespace

bool IsNormed(v1::Norm norm) { return norm == v1::NORM_LAYER || norm == v1::NORM_BATCH; }

Value HiddenLayers(NetworkBuilder& net, const MlpLayers& layers, Value x, const Weights& weights) {
  for (size_t layer = 0; layer < layers.hidden.size(); ++layer) {
    const int64_t out = layers.hidden[layer];
    x = Linear(net, LayerName(layers.norm, layer), x, out,
               layer == 0 ? TensorKind::kInputWeights : TensorKind::kHiddenWeights,
               weights.Of({net.Last(x), out}));
    x = net.Dropout(Normed(net, layers.norm, layer, x), layers.dropout);
    x = net.Activate(x, layers.activation);
  }
  return x;
}

Value OutputLayer(NetworkBuilder& net, const MlpLayers& layers, Value x, int64_t out,
                  const Weights& weights) {
  return Linear(net, LayerName(layers.norm, layers.hidden.size()), x, out,
                TensorKind::kOutputWeights, weights.Of({net.Last(x), out}));
}

}  // namespace paceline
