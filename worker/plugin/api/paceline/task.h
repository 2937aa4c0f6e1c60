// A task of one's own, in LibTorch:
//
//   class Line : public paceline::plugin::Task {
//    public:
//     explicit Line(const paceline::plugin::Settings& settings);
//     std::vector<Parameter> parameters() const override { return {{"w", {4, 1}}}; }
//     ...
//   };
//   PACELINE_TASK("line", Line)
//
// In a config `own: {plugin: {digest: ...}, name: line, settings: ["width=4"], highest: 5}`.
//
// A job's result depends on its config and seed alone, and so must what a task computes: on its
// arguments, the settings and `random`, never on a clock, a generator of its own, the number of
// threads or what it computed before. Paceline runs LibTorch on one thread; leave that, the default
// type and other settings of the process as they are. Methods are called by several threads at
// once. What they throw fails the job with its words; what ends the process (abort, a bad access)
// ends the worker.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <torch/version.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "paceline/plugin.h"

namespace paceline::plugin {

// What a parameter is to its network, for the optimizers that go by it.
enum class ParameterKind {
  // Fewer than two axes: a bias. Else weights, of the first, of the last or of a layer between, by
  // their order among all parameters with two axes or more.
  kAutomatic,
  kInputWeights,
  kHiddenWeights,
  kOutputWeights,
  kBias,
  kEmbedding,
  kOther,
};

struct Parameter {
  std::string name;            // no two have the same
  std::vector<int64_t> shape;  // at most 8 axes; dense weights [in, out]; a single number {}
  ParameterKind kind = ParameterKind::kAutomatic;
};

// What a batch is for. A task that draws its batches out of thin air need not tell them apart: no
// two purposes have the same random numbers.
enum class Part { kTrain, kInnerValid, kOuterValid, kTest };

class Task {
 public:
  virtual ~Task() = default;

  // The same at each call; all together at most 2²⁸ numbers.
  virtual std::vector<Parameter> parameters() const = 0;
  // Weights that a training begins with: a float32 tensor for each parameter, of its shape.
  virtual std::vector<at::Tensor> Initial(Random& random) const = 0;
  // What Loss is given, of `size` examples. `episode`: numbers that are the same for all batches of
  // one training, for what it is to learn; `random`: this batch's own.
  virtual std::vector<at::Tensor> Batch(Part part, int64_t size, Random& episode,
                                        Random& random) const = 0;
  // One float32 number, by operations that LibTorch differentiates. A parameter without a gradient
  // has a gradient of zeros; a loss that is not finite is a training that diverged. Both arguments
  // stay as they are.
  virtual at::Tensor Loss(const std::vector<at::Tensor>& parameters,
                          const std::vector<at::Tensor>& batch) const = 0;

  // The same for many trainings together, which LibTorch computes faster: parameters [run,
  // shape...] and batch [run, shape of Batch's...] → losses [run]. Only if it says so: else Loss is
  // called for one after the other.
  virtual bool has_losses() const { return false; }
  virtual at::Tensor Losses(const std::vector<at::Tensor>& /*parameters*/,
                            const std::vector<at::Tensor>& /*batch*/) const {
    return {};
  }
};

// Tensors of the next random numbers: float32, float32 in [0, 1), int64 from 0 to below `bound`.
inline at::Tensor Normals(Random& random, at::IntArrayRef shape) {
  at::Tensor out = at::empty(shape, at::kFloat);
  random.FillNormals({out.mutable_data_ptr<float>(), static_cast<size_t>(out.numel())});
  return out;
}
inline at::Tensor Uniforms(Random& random, at::IntArrayRef shape) {
  at::Tensor out = at::empty(shape, at::kFloat);
  random.FillUniforms({out.mutable_data_ptr<float>(), static_cast<size_t>(out.numel())});
  return out;
}
inline at::Tensor Indices(Random& random, uint64_t bound, at::IntArrayRef shape) {
  at::Tensor out = at::empty(shape, at::kLong);
  random.FillIndices(bound, {out.mutable_data_ptr<int64_t>(), static_cast<size_t>(out.numel())});
  return out;
}

}  // namespace paceline::plugin

// Outside of all namespaces; Class has a constructor of a `const Settings&`. The name is 1 to 64
// lower-case letters, digits and underscores.
#define PACELINE_TASK(name, Class)                                                                 \
  [[gnu::used]] static const ::paceline::plugin::Registration PACELINE_PLUGIN_JOIN(paceline_task_, \
                                                                                   __COUNTER__)(   \
      ::paceline::plugin::Entry<::paceline::plugin::Task, const ::paceline::plugin::Settings&>{    \
          name,                                                                                    \
          [](const ::paceline::plugin::Settings& settings)                                         \
              -> std::unique_ptr<::paceline::plugin::Task> {                                       \
            return std::make_unique<Class>(settings);                                              \
          }},                                                                                      \
      TORCH_VERSION);
