#include "common/task/dataset.h"

namespace paceline {

const DatasetFacts* FindDataset(v1::Dataset dataset) {
  static constexpr DatasetFacts kFashionMnist = {
      .name = "fashion_mnist", .size = 28, .channels = 1, .classes = 10, .examples = 70000};
  switch (dataset) {
    case v1::DATASET_FASHION_MNIST:
      return &kFashionMnist;
    case v1::DATASET_UNSPECIFIED:
    case v1::Dataset_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::Dataset_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return nullptr;
}

DatasetFacts ImageFacts(v1::Dataset dataset) {
  const DatasetFacts* facts = FindDataset(dataset);
  return facts == nullptr ? DatasetFacts{} : *facts;
}

}  // namespace paceline
