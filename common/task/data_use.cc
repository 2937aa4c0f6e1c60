#include "common/task/data_use.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/task/synthetic_text.h"

namespace paceline {
namespace {

DatasetFacts OfFolder(const v1::ImageFolder& folder) {
  return {.name = folder.path(),
          .height = folder.height(),
          .width = folder.width(),
          .channels = folder.channels(),
          .classes = folder.classes(),
          .examples = folder.examples()};
}

DatasetFacts OfPlugin(const v1::OwnImages& own) {
  return {.name = own.name(),
          .height = own.height(),
          .width = own.width(),
          .channels = own.channels(),
          .classes = own.classes(),
          .examples = own.examples()};
}

uint64_t ImageBytes(const ImageUse& use) {
  uint64_t values = 1;
  for (const int64_t extent : ImageShape(use)) values *= static_cast<uint64_t>(extent);
  return DatasetFactsOf(use).examples * sizeof(float) * (values + /*label*/ 1);
}

struct TextOfUse {
  std::string operator()(const ImageUse& use) const {
    std::string text =
        fmt::format("{} {}x{}", DatasetFactsOf(use).name, ImageShape(use)[0], ImageShape(use)[1]);
    if (use.options.grey()) text += " grey";
    if (use.options.stack_channels() > 1) text += fmt::format("x{}", use.options.stack_channels());
    return text;
  }
  std::string operator()(const v1::Text& text) const {
    return fmt::format("{}, {} tokens", PathOf(text), VocabularyOf(text));
  }
  std::string operator()(const v1::Table& table) const { return table.path(); }
};

}  // namespace

DatasetFacts DatasetFactsOf(const ImageUse& use) {
  switch (use.dataset) {
    case v1::DATASET_FASHION_MNIST:
      return {"fashion_mnist", 28, 28, 1, 10, 70000};
    case v1::DATASET_MNIST:
      return {"mnist", 28, 28, 1, 10, 70000};
    case v1::DATASET_CIFAR10:
      return {"cifar10", 32, 32, 3, 10, 60000};
    case v1::DATASET_CIFAR100:
      return {"cifar100", 32, 32, 3, 100, 60000};
    case v1::DATASET_DIGITS:
      return {"digits", 8, 8, 1, 10, 1797};
    case v1::DATASET_IMAGENET16:
      return {"imagenet16", 16, 16, 3, 1000, 1331167};
    case v1::DATASET_IMAGENET32:
      return {"imagenet32", 32, 32, 3, 1000, 1331167};
    case v1::DATASET_IMAGENET64:
      return {"imagenet64", 64, 64, 3, 1000, 1331167};
    case v1::DATASET_SVHN:
      return {"svhn", 32, 32, 3, 10, 99289};
    case v1::DATASET_FOOD101:
      return {"food101", 64, 64, 3, 101, 101000};
    case v1::DATASET_FOLDER:
      return OfFolder(use.options.folder());
    case v1::DATASET_OWN:
      return OfPlugin(use.options.own());
    case v1::DATASET_UNSPECIFIED:
    case v1::Dataset_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::Dataset_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return {};
}

std::vector<int64_t> ImageShape(const ImageUse& use) {
  const DatasetFacts data = DatasetFactsOf(use);
  const int64_t size = use.size;
  const int64_t channels = use.options.grey() ? 1 : data.channels;
  const int64_t copies = std::max<int64_t>(1, use.options.stack_channels());
  return {size == 0 ? data.height : size, size == 0 ? data.width : size, channels * copies};
}

std::string PathOf(const v1::Text& text) { return text.path().empty() ? "text" : text.path(); }

int64_t VocabularyOf(const v1::Text& text) {
  constexpr int64_t kBytes = 259;
  if (text.has_synthetic()) return SyntheticVocabulary(text.synthetic());
  return text.vocabulary() == 0 ? kBytes : text.vocabulary();
}

uint64_t BytesOf(const DataUse& use) {
  const auto* images = std::get_if<ImageUse>(&use);
  return images == nullptr ? 0 : ImageBytes(*images);
}

std::string TextOf(const DataUse& use) { return std::visit(TextOfUse(), use); }

}  // namespace paceline
