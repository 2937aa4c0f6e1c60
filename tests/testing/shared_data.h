// The data sets of this machine: reading one takes longer than most tests.
#pragma once

#include "worker/data/dataset.h"

namespace paceline {

inline DataStore& SharedData() {
  static DataStore data;
  return data;
}

}  // namespace paceline
