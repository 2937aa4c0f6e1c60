// Convolutional tasks as the golden files describe them.
#pragma once

#include <algorithm>
#include <cctype>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "worker/task/conv_net/conv_net.h"

namespace paceline::testing {

// An enumeration's value by the library's word: ("relu", "ACTIVATION_", v1::Activation_Parse).
template <class Enum>
Enum EnumOf(const nlohmann::json& word, std::string name,
            bool (*parse)(const std::string&, Enum*)) {
  for (const char c : word.get<std::string>()) {
    name.push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
  }
  Enum value{};
  parse(name, &value);
  return value;
}

// As far as a file's `config` says it; the data set stays unspecified.
inline v1::ConvNet GoldenConvConfig(const nlohmann::json& config) {
  v1::ConvNet net;
  for (const auto& width : config.at("hidden_units")) net.add_channels(width.get<uint32_t>());
  net.set_activation(EnumOf<v1::Activation>(config.at("activation"), "ACTIVATION_",
                                            [](const std::string& name, v1::Activation* value) {
                                              return v1::Activation_Parse(name, value);
                                            }));
  net.set_pool(EnumOf<v1::Pool>(
      config.at("pool"), "POOL_",
      [](const std::string& name, v1::Pool* value) { return v1::Pool_Parse(name, value); }));
  return net;
}

// Without images of its own.
inline std::shared_ptr<const ConvNet> GoldenConvNet(const nlohmann::json& config) {
  const auto image = config.at("image").get<std::vector<int>>();
  auto data = std::make_shared<ImageData>();
  data->height = image.at(1);
  data->width = image.at(2);
  data->channels = image.at(3);
  v1::ConvNet net = GoldenConvConfig(config);
  net.set_batch(static_cast<uint32_t>(image.at(0)));
  return std::make_shared<const ConvNet>(net, data, config.at("num_classes").get<int>());
}

}  // namespace paceline::testing
