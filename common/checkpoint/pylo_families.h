// The optimizers that PyLO has, one file each.
#pragma once

#include <optional>
#include <string>

#include "common/checkpoint/pylo_form.h"

namespace paceline {

PyloForm PyloAdafacMlp(const v1::AdafacMlp& config);
absl::Status ReadPyloAdafacMlp(const nlohmann::json& config, const nlohmann::json& kwargs,
                               v1::AdafacMlp& adafac_mlp);
PyloForm PyloCelo2(const v1::Celo2& config);
absl::Status ReadPyloCelo2(const nlohmann::json& config, const nlohmann::json& kwargs,
                           v1::Celo2& celo2);
// The flag of `config` that PyLO's VeLO does not have; "" if it has all.
std::string PyloVeloLacks(const v1::HyperV2& config);
PyloForm PyloVelo(const v1::HyperV2& config);
absl::Status ReadPyloVelo(const nlohmann::json& rnn, const nlohmann::json& mlp,
                          const nlohmann::json& kwargs, v1::HyperV2& hyper_v2);

// Numbers of a JSON object from anywhere; what is absent or wrong is told afterwards.
class PyloNumbers {
 public:
  // `name` is the file, for messages.
  PyloNumbers(const nlohmann::json& object, std::string name)
      : object_(object), name_(std::move(name)) {}

  // From 0 to a million, or `absent` if there is no such key.
  uint32_t Whole(const std::string& key, std::optional<uint32_t> absent = std::nullopt);
  double Real(const std::string& key, std::optional<double> absent = std::nullopt);
  // Of a list of numbers, that at `place`.
  double Real(const std::string& key, double absent, size_t place);
  bool Flag(const std::string& key, bool absent);
  // InvalidArgument names the first key that is missing or not such a number.
  const absl::Status& status() const { return status_; }

 private:
  const nlohmann::json* Find(const std::string& key, bool needed);
  void Fail(const std::string& text);

  const nlohmann::json& object_;
  const std::string name_;
  absl::Status status_ = absl::OkStatus();
};

}  // namespace paceline
