#include "worker/agent/theta_message.h"

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"

namespace paceline {

absl::StatusOr<ThetaPtr> ParseTheta(const v1::Theta& message) {
  auto theta = std::make_shared<ThetaVersion>();
  theta->step = message.step();
  theta->hash = message.hash();
  theta->values.resize(message.values().size() / sizeof(float));
  if (message.step() < 0 || !BytesToFloats(message.values(), theta->values)) {
    return absl::InvalidArgumentError(
        absl::StrCat("theta of outer step ", message.step(), " of job '", message.job(), "' is ",
                     message.values().size(), " bytes, which is no list of float32 values"));
  }
  if (ThetaHash(message.job(), message.step(), theta->values) != message.hash()) {
    return absl::DataLossError(absl::StrCat("theta of outer step ", message.step(), " of job '",
                                            message.job(), "' was damaged on its way"));
  }
  return theta;
}

}  // namespace paceline
