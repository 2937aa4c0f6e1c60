// The hand-designed optimizers that an evaluation compares learned ones with: what each is called,
// where it is from and which hyperparameters it has. Their formulas and defaults are
// docs/reference/baselines.md; their arithmetic is worker/baselines/rules.
#pragma once

#include <string_view>
#include <vector>

#include "common/baseline/knob.h"
#include "common/lopt/tensor.h"

namespace paceline {

class KnobValues;  // setting.h

struct BaselineRule {
  std::string_view key;     // in settings and files: "adamw"
  std::string_view title;   // for people: "AdamW"
  std::string_view source;  // "I. Loshchilov, F. Hutter, 2019 (arXiv 1711.05101)"
  std::vector<Knob> knobs;  // the learning rate first
  // Is it another optimizer than all others on these tensors? Null: on all.
  bool (*suits)(const std::vector<ParameterTensor>&) = nullptr;
  // Of one update of these tensors by the rule alone (flops.h says what counts, and is for
  // callers).
  double (*flops)(const KnobValues& value, const std::vector<ParameterTensor>& tensors) = nullptr;

  // Null if it has none of that name.
  const Knob* FindKnob(std::string_view name) const;
};

// All, in the order of tables. They live as long as the program.
const std::vector<BaselineRule>& BaselineRules();
// Null if there is none of that key.
const BaselineRule* FindBaseline(std::string_view key);

// A tensor that matrix rules take as a matrix [in, out], the axes before its last being one; no
// embedding.
bool IsRuleMatrix(const ParameterTensor& tensor);

}  // namespace paceline
