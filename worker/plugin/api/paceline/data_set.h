// Labelled images of one's own, for every task that takes images:
//
//   class Stripes : public paceline::plugin::DataSet {
//    public:
//     Images Train(paceline::plugin::Random& random) const override { ... }
//     Images Test(paceline::plugin::Random& random) const override { ... }
//   };
//   PACELINE_DATA_SET("stripes", Stripes)
//
// In a config `dataset: own` with `images: {own: {plugin: {digest: ...}, name: stripes, height: 8,
// width: 8, classes: 2}}`.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "paceline/plugin.h"

namespace paceline::plugin {

struct Images {
  int64_t height = 0, width = 0, channels = 1;
  std::vector<uint8_t> pixels = {};  // [image, row, column, channel], 255 is white
  std::vector<int32_t> labels = {};  // [image], from 0
};

// What it throws fails the job with its words.
class DataSet {
 public:
  virtual ~DataSet() = default;
  // Asked for when a task wants them, and again if they were dropped meanwhile. The last fifth of
  // the training images is for validation. Images that differ from one worker to another are
  // noticed, and that worker is refused. `random` is the same for all jobs.
  virtual Images Train(Random& random) const = 0;
  virtual Images Test(Random& random) const = 0;
};

}  // namespace paceline::plugin

// Outside of all namespaces; Class has a constructor without arguments. The name is 1 to 64
// lower-case letters, digits and underscores.
#define PACELINE_DATA_SET(name, Class)                                                         \
  [[gnu::used]] static const ::paceline::plugin::Registration PACELINE_PLUGIN_JOIN(            \
      paceline_data_set_, __COUNTER__)(::paceline::plugin::Entry<::paceline::plugin::DataSet>{ \
      name, []() -> std::unique_ptr<::paceline::plugin::DataSet> {                             \
        return std::make_unique<Class>();                                                      \
      }});
