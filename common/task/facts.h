// What follows from a task's config alone, for everything that must know about a task without
// running it. One pair of files for each kind of task; FactsOf is their table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/lopt/tensor.h"
#include "common/task/data_use.h"
#include "paceline/v1/task.pb.h"
#include "paceline/v1/tier.pb.h"

namespace paceline {

struct TaskFacts {
  // For people: "a quadratic".
  std::string article_and_name;
  // "plain, 10 dimensions": what is particular to this one.
  std::string text;
  // In a benchmark's words, "mlp:64-32-10", with the fields of the config that this says; empty:
  // there are none.
  std::string shorthand;
  std::vector<std::string> shorthand_fields;
  // In the order of the flat parameter vector; a dynamical system's state is one tensor.
  std::vector<ParameterTensor> tensors;
  std::optional<DataUse> data;
  bool has_classes = false;    // is there an accuracy?
  bool has_curvature = false;  // are there products with its Hessian?
  bool has_network = false;    // is its loss a Network (families.h)?
  bool is_sample = false;      // is it drawn (sample.h)? Then its numbers are not known.
  bool is_augmented = false;   // is something done to it (augment.h)?
  // Numbers of θ of a dynamical system, whose parameters are θ itself; 0 if the task is none.
  size_t system_theta = 0;

  // The engine's tiers that can run it, and the one that `engine: auto` takes.
  std::set<v1::Engine> tiers;
  v1::Engine own_tier = v1::ENGINE_REFERENCE;

  // Floats: of one batch, and of the values of all layers behind it.
  uint64_t batch_floats = 0, value_floats = 0;
  // Floats beside parameters, gradient and state that the fused tier keeps for a run: for its
  // gradient, and for one probe of the curvature.
  uint64_t scratch_floats = 0, curvature_floats = 0;
  // Floats that a run carries from step to step beside its parameters and state.
  uint64_t history_floats = 0;
  // Additions and multiplications of one inner step's loss and gradient (a fused multiply-add is
  // two); 0: not counted.
  double flops = 0;
  // Operations of LibTorch that an inner step of one run calls for itself alone; 0 in the tiers
  // whose calls are shared by all runs of a block, or that make none.
  double calls = 0;

  // The same task numerator/denominator times as wide. Null if it has no width.
  v1::Task (*scaled)(const v1::Task& task, uint32_t numerator, uint32_t denominator) = nullptr;

  bool is_system() const { return system_theta > 0; }
  size_t parameter_count() const {
    return tensors.empty() ? 0 : tensors.back().offset + tensors.back().size;
  }
};

// Of a valid task. Of any other message the numbers mean nothing, but asking is allowed; without a
// kind there are no tensors and no tiers.
TaskFacts FactsOf(const v1::Task& task);

}  // namespace paceline
