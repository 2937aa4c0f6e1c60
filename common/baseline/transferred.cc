#include "common/baseline/transferred.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace paceline {
namespace {

struct Transferred {
  std::string_view rule;
  std::vector<std::pair<std::string_view, double>> values;
};

// The winners of 200 random settings each, to three digits.
const std::vector<Transferred>& Table() {
  static const std::vector<Transferred> table = {
      {"sgd", {{"learning_rate", 1.56}, {"schedule", 2}, {"warmup", 0.114}}},
      {"momentum",
       {{"learning_rate", 0.657},
        {"schedule", 2},
        {"warmup", 0.0953},
        {"momentum", 0.811},
        {"nesterov", 1}}},
      {"rmsprop",
       {{"learning_rate", 0.0197},
        {"schedule", 1},
        {"warmup", 0.071},
        {"beta2", 0.876},
        {"momentum", 0.695},
        {"epsilon", 1.26e-08}}},
      {"adagrad",
       {{"learning_rate", 0.744}, {"schedule", 1}, {"warmup", 0.135}, {"epsilon", 2.11e-09}}},
      {"adam",
       {{"learning_rate", 0.0449},
        {"schedule", 1},
        {"warmup", 0.0522},
        {"beta1", 0.831},
        {"beta2", 0.954},
        {"epsilon", 6.06e-08}}},
      {"adamw",
       {{"learning_rate", 0.0474},
        {"schedule", 2},
        {"warmup", 0.173},
        {"beta1", 0.691},
        {"beta2", 0.996},
        {"weight_decay", 0.0231},
        {"epsilon", 2.78e-07}}},
      {"nadamw",
       {{"learning_rate", 0.043},
        {"schedule", 2},
        {"warmup", 0.0486},
        {"beta1", 0.887},
        {"beta2", 0.999},
        {"weight_decay", 0.00106},
        {"epsilon", 2.66e-08}}},
      {"radam",
       {{"learning_rate", 0.103},
        {"schedule", 2},
        {"warmup", 0.00478},
        {"beta1", 0.71},
        {"beta2", 0.952},
        {"epsilon", 3.16e-09}}},
      {"adabelief",
       {{"learning_rate", 0.0637},
        {"schedule", 1},
        {"warmup", 0.0596},
        {"beta1", 0.863},
        {"beta2", 0.999},
        {"epsilon", 0.00114}}},
      {"yogi",
       {{"learning_rate", 0.0928},
        {"schedule", 1},
        {"warmup", 0.0711},
        {"beta1", 0.876},
        {"beta2", 0.957},
        {"epsilon", 9.93e-06}}},
      {"lamb",
       {{"learning_rate", 0.0548},
        {"schedule", 4},
        {"warmup", 0.0783},
        {"beta1", 0.756},
        {"beta2", 0.954},
        {"weight_decay", 0.000842},
        {"epsilon", 1.85e-05}}},
      {"lars",
       {{"learning_rate", 39.5},
        {"schedule", 2},
        {"warmup", 0.0082},
        {"momentum", 0.763},
        {"weight_decay", 0.000123}}},
      {"fromage", {{"learning_rate", 0.113}, {"schedule", 2}, {"warmup", 0.147}}},
      {"adafactor",
       {{"learning_rate", 0.113}, {"schedule", 1}, {"warmup", 0.128}, {"momentum", 0.662}}},
      {"sm3", {{"learning_rate", 2.05}, {"schedule", 2}, {"warmup", 0.112}, {"momentum", 0.701}}},
      {"lion",
       {{"learning_rate", 0.0173},
        {"schedule", 1},
        {"warmup", 0.147},
        {"beta1", 0.653},
        {"beta2", 0.978},
        {"weight_decay", 4.29e-05}}},
      {"shampoo",
       {{"learning_rate", 0.0437},
        {"schedule", 2},
        {"warmup", 0.0602},
        {"beta1", 0.58},
        {"beta2", 0.981},
        {"weight_decay", 0.00378},
        {"epsilon", 3.04e-09}}},
      {"soap",
       {{"learning_rate", 0.0842},
        {"schedule", 1},
        {"warmup", 0.0842},
        {"beta1", 0.813},
        {"beta2", 0.995},
        {"weight_decay", 6.58e-06},
        {"epsilon", 2.66e-08}}},
      {"muon",
       {{"learning_rate", 0.195},
        {"schedule", 2},
        {"warmup", 0.0398},
        {"momentum", 0.839},
        {"rest_rate", 0.0237},
        {"weight_decay", 0.0011}}},
      {"schedule_free_adamw",
       {{"learning_rate", 0.101},
        {"schedule", 2},
        {"warmup", 0.193},
        {"beta1", 0.927},
        {"beta2", 0.942},
        {"weight_decay", 0.000814},
        {"epsilon", 9.6e-11}}},
  };
  return table;
}

}  // namespace

v1::BaselineSetting TransferredSetting(const BaselineRule& rule) {
  v1::BaselineSetting setting;
  setting.set_rule(std::string(rule.key));
  for (const Transferred& row : Table()) {
    if (row.rule != rule.key) continue;
    for (const auto& [name, value] : row.values) {
      v1::Hyperparameter& own = *setting.add_values();
      own.set_name(std::string(name));
      own.set_value(value);
    }
  }
  return setting;
}

}  // namespace paceline
