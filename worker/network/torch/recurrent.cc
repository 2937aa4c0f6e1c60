#include "worker/network/torch/recurrent.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/baddbmm.h>
#include <ATen/ops/stack.h>

namespace paceline {
namespace {

// States are [run, example, width].
// own: x·w + b at the position, [run, example, parts · width]; c: of an LSTM, becomes the next.
at::Tensor CellStep(const Node& node, const std::vector<at::Tensor>& inputs, const at::Tensor& own,
                    const at::Tensor& h, at::Tensor& c) {
  const int64_t width = h.size(2);
  switch (node.cell) {
    case RecurrentCell::kVanilla:
      return (own + at::baddbmm(inputs[4].unsqueeze(1), h, inputs[3])).relu();
    case RecurrentCell::kGru: {
      const at::Tensor w = inputs[2];
      const at::Tensor gates =
          at::baddbmm(own.narrow(2, 0, 2 * width), h, w.narrow(2, 0, 2 * width)).sigmoid();
      const at::Tensor z = gates.narrow(2, 0, width), r = gates.narrow(2, width, width);
      const at::Tensor a =
          at::baddbmm(own.narrow(2, 2 * width, width), r * h, w.narrow(2, 2 * width, width)).tanh();
      return (1 - z) * h + z * a;
    }
    case RecurrentCell::kLstm:
      break;
  }
  const at::Tensor parts = at::baddbmm(own, h, inputs[1].narrow(1, inputs[0].size(3), width));
  const auto part = [&](int64_t i) { return parts.narrow(2, i * width, width); };
  c = (part(2) + 1).sigmoid() * c + part(0).sigmoid() * part(1).tanh();
  return part(3).sigmoid() * c.tanh();
}

}  // namespace

at::Tensor RecurrentBatched(const Node& node, const std::vector<at::Tensor>& inputs) {
  const at::Tensor& x = inputs[0];
  const int64_t runs = x.size(0), examples = x.size(1), positions = x.size(2), in = x.size(3);
  const at::Tensor w = node.cell == RecurrentCell::kLstm ? inputs[1].narrow(1, 0, in) : inputs[1];
  // x·w + b at every position at once.
  const at::Tensor b = inputs[node.cell == RecurrentCell::kGru ? 3 : 2];
  const at::Tensor all = at::baddbmm(b.unsqueeze(1), x.reshape({runs, -1, in}), w)
                             .view({runs, examples, positions, -1});
  const auto state = [&](size_t i) {
    const at::Tensor first = inputs[i];
    return first.expand({runs, examples, first.size(2)});
  };
  const size_t first_state = inputs.size() - (node.cell == RecurrentCell::kLstm ? 2 : 1);
  at::Tensor h = state(first_state);
  at::Tensor c = node.cell == RecurrentCell::kLstm ? state(first_state + 1) : at::Tensor();
  std::vector<at::Tensor> outputs;
  for (int64_t t = 0; t < positions; ++t) {
    h = CellStep(node, inputs, all.select(2, t), h, c);
    outputs.push_back(h);
  }
  return at::stack(outputs, 2);
}

}  // namespace paceline
