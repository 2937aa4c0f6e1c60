#include "worker/reference/run_states.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

namespace paceline {

RunStates::RunStates(int64_t runs, const at::TensorOptions& options)
    : options_(options), fresh_(runs, true) {}

RunStates::Slot RunStates::Add(const std::vector<int64_t>& shape, double initial) {
  std::vector<int64_t> with_runs = {runs()};
  with_runs.insert(with_runs.end(), shape.begin(), shape.end());
  values_.push_back(at::full(with_runs, initial, options_));
  initials_.push_back(values_.back());
  return values_.size() - 1;
}

void RunStates::SetInitial(Slot slot, const at::Tensor& initial) {
  initials_[slot] = initial.expand(values_[slot].sizes());
}

void RunStates::Begin() {
  if (std::ranges::none_of(fresh_, [](bool fresh) { return fresh; })) return;
  at::Tensor fresh = at::zeros({runs()}, at::kBool);
  for (int64_t run = 0; run < runs(); ++run) fresh.mutable_data_ptr<bool>()[run] = fresh_[run];
  fresh = fresh.to(options_.device());
  for (Slot slot = 0; slot < values_.size(); ++slot) {
    std::vector<int64_t> beside(static_cast<size_t>(values_[slot].dim()), 1);
    beside[0] = runs();
    values_[slot] = at::where(fresh.view(beside), initials_[slot], values_[slot]);
  }
  fresh_.assign(fresh_.size(), false);
}

void RunStates::Copy(int64_t from, int64_t to) {
  at::Tensor source = at::arange(runs(), at::kLong);
  source.mutable_data_ptr<int64_t>()[to] = from;
  source = source.to(options_.device());
  for (at::Tensor& value : values_) value = value.index_select(0, source);
  fresh_[to] = fresh_[from];
}

void RunStates::Detach() {
  for (at::Tensor& value : values_) value = value.detach();
  for (at::Tensor& initial : initials_) initial = initial.detach();
}

}  // namespace paceline
