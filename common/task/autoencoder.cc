#include "common/task/autoencoder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "common/task/network_parts.h"
#include "common/task/parts.h"
#include "common/task/reconstruction_parts.h"

namespace paceline {
namespace {

ImageUse Images(const v1::Autoencoder& task) {
  return {.dataset = task.dataset(), .size = task.size(), .options = task.images()};
}

bool IsParametric(const v1::Autoencoder& task) {
  return task.meta_loss() == v1::META_LOSS_PARAMETRIC;
}

// Of the pixels' own shape.
Value GivenBack(NetworkBuilder& net, const v1::Autoencoder& task, Value pixels,
                const NetworkFlag& centred) {
  const NetworkFlag constrained(net, "constrained", task.constrained());
  const Weights weights(net, task.init(), task.init_scale());
  const Value x = net.Flatten(pixels);
  std::vector<int64_t> widths(task.hidden().begin(), task.hidden().end());
  widths.push_back(net.Last(x));
  const Value y = Mlp(net, "mlp", x, widths, task.activation(), weights);
  const auto within = [&] {
    return centred.Pick([&] { return net.Sigmoid(y); }, [&] { return net.Tanh(y); });
  };
  const Value output = constrained.Pick([&] { return y; }, within);
  return net.Reshape(output, net.Shape(pixels));
}

Value LogOf(NetworkBuilder& net, Value error) { return net.Log(net.Affine(error, 1, 1e-8)); }

Value Loss(NetworkBuilder& net, const v1::Autoencoder& task, Value error) {
  const NetworkFlag log_loss(net, "log loss", task.log_loss());
  const Value by_column = net.Mean(error, {1});
  const auto plain = [&] { return net.MeanAll(by_column); };
  const auto log = [&] { return net.MeanAll(LogOf(net, by_column)); };
  const Value trained = log_loss.Pick(plain, log);
  if (!log_loss.drawn()) return trained;
  const auto log_of_plain = [&] { return LogOf(net, plain()); };
  return Told(net, IsParametric(task) ? log_loss.Pick(log_of_plain, log) : plain(), trained);
}

MetaLossRule MetaLoss(const v1::Autoencoder& task) {
  if (!IsParametric(task)) return {.high = 1};
  return {.log = task.log_loss() != v1::FLAG_TRUE && task.log_loss() != v1::FLAG_ANY,
          .replaces_infinities = true,
          .low = -12,
          .high = 1,
          .slope = 0.5,
          .offset = 10};
}

Network Build(const v1::Task& any) {
  const v1::Autoencoder& task = any.autoencoder();
  NetworkBuilder net(task.batch());
  const NetworkFlag centred(net, "centred", task.centred());
  const Value pixels = Pixels(net, Images(task), centred);
  const Value y = GivenBack(net, task, pixels, centred);
  return net.Finish(Loss(net, task, net.Square(net.Subtract(y, pixels))), MetaLoss(task));
}

std::optional<DataUse> Data(const v1::Task& task) { return Images(task.autoencoder()); }

std::string Text(const v1::Task& any) {
  const v1::Autoencoder& task = any.autoencoder();
  return fmt::format("hidden [{}], {}{}{}{}, batch {}", fmt::join(task.hidden(), ", "),
                     EnumWord(v1::Activation_Name(task.activation()), "ACTIVATION_"),
                     FlagText("log loss", task.log_loss()), FlagText("centred", task.centred()),
                     FlagText("constrained", task.constrained()), task.batch());
}

v1::Task Widened(const v1::Task& task, uint32_t numerator, uint32_t denominator) {
  v1::Task scaled = task;
  for (uint32_t& width : *scaled.mutable_autoencoder()->mutable_hidden()) {
    width = Scaled(width, numerator, denominator);
  }
  return scaled;
}

// The fixed meta-loss is 0 for any loss below 0, as nearly all logarithms of errors are.
TaskFault Fault(const v1::Task& any) {
  const v1::Autoencoder& task = any.autoencoder();
  if (task.log_loss() != v1::FLAG_TRUE || IsParametric(task)) return {};
  return {"log_loss",
          "is true, and meta_loss is fixed, which is 0 wherever the logarithm of the error is "
          "below 0; write meta_loss: parametric"};
}

}  // namespace

const NetworkFamily kAutoencoderFamily = {"an autoencoder", Build, Data, Text, Widened, Fault};

}  // namespace paceline
