// Which LibTorch this process has, as plug-ins say it.
#pragma once

#include <string>

namespace paceline {

// "2.11.0"
std::string TorchVersionHere();

}  // namespace paceline
