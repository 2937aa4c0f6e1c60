#include "common/task/reconstruction_parts.h"

namespace paceline {

NetworkFlag::NetworkFlag(NetworkBuilder& net, const std::string& name, v1::Flag flag)
    : net_(net), on_(flag == v1::FLAG_TRUE) {
  if (flag == v1::FLAG_ANY) choice_ = net.Choice(name, {0, 1});
}

Value Pixels(NetworkBuilder& net, const ImageUse& use, const NetworkFlag& centred) {
  const Value images = net.Input(InputKind::kImages, ImageShape(use));
  return centred.Pick([&] { return images; }, [&] { return net.Affine(images, 2, -1); });
}

Value Told(NetworkBuilder& net, Value told, Value trained) {
  const Value nothing = net.Subtract(trained, net.StopGradient(trained));
  return net.Add(net.StopGradient(told), nothing);
}

std::string FlagText(const std::string& words, v1::Flag flag) {
  if (flag == v1::FLAG_ANY) return ", " + words + " any";
  return flag == v1::FLAG_TRUE ? ", " + words : "";
}

}  // namespace paceline
