#include "common/task/vae.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <numbers>

#include "common/task/network_parts.h"
#include "common/task/parts.h"
#include "common/task/reconstruction_parts.h"

namespace paceline {
namespace {

constexpr double kBin = 1.0 / 255;  // of the pixels' 256 values
constexpr double kClip = 10;

ImageUse Images(const v1::Vae& task) {
  return {.dataset = task.dataset(), .size = task.size(), .options = task.images()};
}

int64_t PixelCount(const v1::Vae& task) { return ElementsOf(ImageShape(Images(task))); }

// A normal of each number, [example, number].
struct Normal {
  Value mean, log_deviation;
};

std::vector<int64_t> Widths(const google::protobuf::RepeatedField<uint32_t>& hidden, int64_t last) {
  std::vector<int64_t> widths(hidden.begin(), hidden.end());
  widths.push_back(last);
  return widths;
}

Normal Halves(NetworkBuilder& net, Value x) {
  const int64_t half = net.Last(x) / 2;
  return {net.Slice(x, 1, 0, half), net.Slice(x, 1, half, half)};
}

Normal Encoded(NetworkBuilder& net, const v1::Vae& task, Value x, const Weights& weights) {
  const auto widths = Widths(task.encoder(), 2 * static_cast<int64_t>(task.latent()));
  return Halves(net, Mlp(net, "mlp_encoder", x, widths, task.activation(), weights));
}

Normal Decoded(NetworkBuilder& net, const v1::Vae& task, Value z, int64_t pixels,
               const Weights& weights) {
  const Value y =
      Mlp(net, "mlp_decoder", z, Widths(task.decoder(), 2 * pixels), task.activation(), weights);
  return Halves(net, net.Clip(y, -kClip, kClip));
}

Value Drawn(NetworkBuilder& net, const Normal& normal) {
  const Value noise = net.Normals(net.Shape(normal.mean));
  return net.Add(normal.mean, net.Multiply(net.Exp(normal.log_deviation), noise));
}

// [example]: Σ ln p(x) + ln(1/255), each pixel spread over its bin.
Value LogLikelihood(NetworkBuilder& net, Value x, const Normal& normal) {
  const Value spread = net.Add(x, net.Uniforms(net.Shape(x), -kBin / 2, kBin / 2));
  const Value distance =
      net.Divide(net.Subtract(spread, normal.mean), net.Exp(normal.log_deviation));
  const Value exponent =
      net.Affine(net.Square(distance), -0.5, std::log(kBin) - 0.5 * std::log(2 * std::numbers::pi));
  return net.Sum(net.Subtract(exponent, normal.log_deviation), {1});
}

// [example]: KL divergence from the standard normal, Σ ½·(m² + σ² − 1) − ln σ.
Value Divergence(NetworkBuilder& net, const Normal& normal) {
  const Value variance = net.Exp(net.Affine(normal.log_deviation, 2, 0));
  const Value squares = net.Affine(net.Add(net.Square(normal.mean), variance), 0.5, -0.5);
  return net.Sum(net.Subtract(squares, normal.log_deviation), {1});
}

Value Loss(NetworkBuilder& net, const v1::Vae& task, Value bound) {
  const NetworkFlag per_dim(net, "per-dimension loss", task.per_dim_loss());
  const Value whole = net.Affine(net.MeanAll(bound), -1, 0);
  const auto each = [&] { return net.Affine(whole, 1 / static_cast<double>(PixelCount(task)), 0); };
  const Value trained = per_dim.Pick([&] { return whole; }, each);
  return per_dim.drawn() ? Told(net, each(), trained) : trained;
}

MetaLossRule MetaLoss(const v1::Vae& task) {
  const bool whole = task.per_dim_loss() != v1::FLAG_TRUE && task.per_dim_loss() != v1::FLAG_ANY;
  return {.factor = whole ? 1 / static_cast<double>(PixelCount(task)) : 1,
          .replaces_infinities = true,
          .high = 10};
}

Network Build(const v1::Task& any) {
  const v1::Vae& task = any.vae();
  NetworkBuilder net(task.batch());
  const NetworkFlag centred(net, "centred", task.centred());
  const Weights weights(net, task.init(), task.init_scale());
  const Value x = net.Flatten(Pixels(net, Images(task), centred));
  const Normal latent = Encoded(net, task, x, weights);
  const Normal pixels = Decoded(net, task, Drawn(net, latent), net.Last(x), weights);
  const Value likelihood = LogLikelihood(net, x, pixels);
  const Value bound = net.Subtract(likelihood, Divergence(net, latent));
  return net.Finish(Loss(net, task, bound), MetaLoss(task));
}

std::optional<DataUse> Data(const v1::Task& task) { return Images(task.vae()); }

std::string Text(const v1::Task& any) {
  const v1::Vae& task = any.vae();
  return fmt::format("encoder [{}], latent {}, decoder [{}], {}{}{}, batch {}",
                     fmt::join(task.encoder(), ", "), task.latent(),
                     fmt::join(task.decoder(), ", "),
                     EnumWord(v1::Activation_Name(task.activation()), "ACTIVATION_"),
                     FlagText("centred", task.centred()),
                     FlagText("loss per dimension", task.per_dim_loss()), task.batch());
}

v1::Task Widened(const v1::Task& task, uint32_t numerator, uint32_t denominator) {
  v1::Task scaled = task;
  v1::Vae& vae = *scaled.mutable_vae();
  for (auto* hidden : {vae.mutable_encoder(), vae.mutable_decoder()}) {
    for (uint32_t& width : *hidden) width = Scaled(width, numerator, denominator);
  }
  return scaled;
}

}  // namespace

const NetworkFamily kVaeFamily = {"a vae", Build, Data, Text, Widened};

}  // namespace paceline
