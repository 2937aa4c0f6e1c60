#include "common/checkpoint/pylo.h"

#include <filesystem>
#include <utility>

#include "common/base/file.h"
#include "common/checkpoint/pylo_form.h"
#include "common/checkpoint/pylo_json.h"
#include "common/checkpoint/theta_leaves.h"
#include "common/config/optimizer.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using Json = nlohmann::json;
using Metadata = std::map<std::string, std::string>;

constexpr char kKwargs[] = "pylo_kwargs.json";
constexpr char kConfig[] = "config.json";
constexpr char kModel[] = "model.safetensors";

std::string PathIn(const std::string& folder, const std::string& below, const char* file) {
  return below.empty() ? folder + "/" + file : folder + "/" + below + "/" + file;
}

bool Exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

absl::Status At(const std::string& path, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(), fmt::format("{}: {}", path, std::string(status.message())));
}

Json LeafJson(const ThetaLeaves& leaves, const std::string& path) {
  const auto values = leaves.at(path).f32();
  return Json(std::vector<float>(values.begin(), values.end()));
}

// `sign` 1: the argument of a leaf's values; −1: the reverse. Lists of another length or of
// something else than numbers stay as they are.
Json Shifted(const PyloForm& form, const std::string& path, double sign, Json list) {
  const auto shifts = form.kwarg_shifts.find(path);
  if (shifts == form.kwarg_shifts.end() || list.size() != shifts->second.size()) return list;
  for (size_t i = 0; i < list.size(); ++i) {
    if (!list[i].is_number()) return list;
    list[i] = static_cast<float>(list[i].get<double>() + sign * shifts->second[i]);
  }
  return list;
}

// Ours, but for the format, which readers of torch's files want to be "pt".
Metadata PyloMetadata(const TrainedOptimizer& trained, const PyloForm& form) {
  const ThetaLeaves leaves = ToLeaves(LayoutOf(trained.optimizer), trained.theta);
  Metadata metadata = MetadataOf(trained);
  metadata["paceline_format"] = metadata["format"];
  metadata["format"] = "pt";
  metadata["pylo_optimizer"] = form.optimizer;
  for (const auto& [key, value] : form.kwargs.items()) metadata[key] = value.dump();
  for (const std::string& path : form.kwarg_leaves) metadata[path] = LeafJson(leaves, path).dump();
  return metadata;
}

std::string ModelFile(const PyloModule& module, const ThetaLayout& layout,
                      const ThetaLeaves& leaves, const Metadata& metadata) {
  TensorFile file{.tensors = {}, .metadata = metadata};
  for (const PyloTensor& tensor : module.tensors) {
    file.tensors[tensor.name] = ToPyloTensor(tensor, layout, leaves);
  }
  for (const auto& [name, shape] : module.scratch) {
    size_t size = 1;
    for (const int64_t extent : shape) size *= static_cast<size_t>(extent);
    file.tensors[name] = Tensor::F32(shape, std::vector<float>(size));
  }
  return SerializeSafetensors(file);
}

struct PyloFiles {
  std::map<std::string, Json> configs;       // by module's folder
  std::map<std::string, TensorFile> models;  // likewise
  Json kwargs = Json::object();
};

absl::Status ReadModule(const std::string& folder, const std::string& below, PyloFiles& files) {
  const std::string config_path = PathIn(folder, below, kConfig);
  auto config = ReadJsonObject(config_path);
  if (!config.ok()) return config.status();
  auto model = ReadSafetensors(PathIn(folder, below, kModel));
  if (!model.ok()) return model.status();
  files.configs[below] = *std::move(config);
  files.models[below] = *std::move(model);
  return absl::OkStatus();
}

// VeLO's two modules are in folders of their own.
absl::StatusOr<PyloFiles> ReadFiles(const std::string& folder) {
  PyloFiles files;
  const bool two = Exists(PathIn(folder, "rnn", kConfig));
  for (const char* below : two ? std::vector{"rnn", "mlp"} : std::vector{""}) {
    if (absl::Status status = ReadModule(folder, below, files); !status.ok()) return status;
  }
  const std::string kwargs_path = PathIn(folder, "", kKwargs);
  if (!Exists(kwargs_path)) return files;
  auto kwargs = ReadJsonObject(kwargs_path);
  if (!kwargs.ok()) return kwargs.status();
  files.kwargs = *std::move(kwargs);
  return files;
}

// What the folder says of itself, else `given`.
absl::StatusOr<v1::LearnedOptimizer> FindOptimizer(
    const PyloFiles& files, const std::optional<v1::LearnedOptimizer>& given) {
  const Metadata& metadata = files.models.begin()->second.metadata;
  const auto constants = metadata.find("constants");
  if (constants != metadata.end()) {
    return ParseOptimizer(constants->second, "the constants in its metadata");
  }
  if (given) return *given;
  auto optimizer = OptimizerOfPylo(files.configs, files.kwargs);
  if (optimizer.ok()) return optimizer;
  return absl::Status(
      optimizer.status().code(),
      fmt::format("{}; beside config.json is expected pylo_kwargs.json, with what is passed to "
                  "PyLO's optimizer, or --optimizer CONFIG",
                  std::string(optimizer.status().message())));
}

absl::Status ReadTensors(const PyloModule& module, const ThetaLayout& layout,
                         const TensorFile& file, ThetaLeaves& leaves) {
  for (const PyloTensor& tensor : module.tensors) {
    const auto found = file.tensors.find(tensor.name);
    if (found == file.tensors.end()) {
      return absl::InvalidArgumentError(fmt::format("it has no tensor \"{}\"", tensor.name));
    }
    absl::Status status = FromPyloTensor(tensor, layout, found->second, leaves);
    if (!status.ok()) return status;
  }
  size_t expected = module.tensors.size();
  for (const auto& [name, shape] : module.scratch) expected += file.tensors.contains(name);
  if (expected == file.tensors.size()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("it has {} tensors; {} are expected of the module that config.json describes",
                  file.tensors.size(), expected));
}

// From pylo_kwargs.json, else from the metadata; what is shifted there from the metadata if they
// have it, as a shift rounds.
absl::Status ReadKwargLeaves(const PyloForm& form, const ThetaLayout& layout,
                             const PyloFiles& files, ThetaLeaves& leaves) {
  const Metadata& metadata = files.models.begin()->second.metadata;
  for (const std::string& path : form.kwarg_leaves) {
    Json list;
    const auto given = files.kwargs.find(path);
    const auto noted = metadata.find(path);
    const bool exact = noted != metadata.end() && form.kwarg_shifts.contains(path);
    if (given != files.kwargs.end() && !exact) {
      list = Shifted(form, path, -1, *given);
    } else if (noted != metadata.end()) {
      list = Json::parse(noted->second, nullptr, false);
    }
    auto tensor = VectorOf(list, layout.leaf(path));
    if (!tensor.ok()) return tensor.status();
    leaves[path] = *std::move(tensor);
  }
  return absl::OkStatus();
}

// Values that were made narrower are not those that a digest in the metadata is of.
bool AreFloat32(const PyloFiles& files) {
  for (const auto& [folder, file] : files.models) {
    for (const auto& [name, tensor] : file.tensors) {
      if (tensor.dtype != DType::kF32) return false;
    }
  }
  return true;
}

absl::StatusOr<TrainedOptimizer> Assemble(const PyloFiles& files, v1::LearnedOptimizer optimizer) {
  const auto form = PyloFormOf(optimizer);
  if (!form.ok()) return form.status();
  const ThetaLayout layout = LayoutOf(optimizer);
  ThetaLeaves leaves;
  for (const PyloModule& module : form->modules) {
    const auto file = files.models.find(module.folder);
    if (file == files.models.end()) {
      return absl::InvalidArgumentError(fmt::format(
          "it is not a {}: its modules are not in the folders of one", form->optimizer));
    }
    absl::Status status = ReadTensors(module, layout, file->second, leaves);
    if (!status.ok()) return At(PathIn("", module.folder, kModel).substr(1), status);
  }
  absl::Status status = ReadKwargLeaves(*form, layout, files, leaves);
  if (!status.ok()) return status;
  auto theta = FromLeaves(leaves, layout);
  if (!theta.ok()) return theta.status();
  const Metadata& metadata = files.models.begin()->second.metadata;
  if (AreFloat32(files)) status = CheckThetaDigest(metadata, *theta);
  if (!status.ok()) return status;
  if (status = CheckFinite(layout, *theta); !status.ok()) return status;
  auto training = ReadTraining(metadata);
  if (!training.ok()) return training.status();
  return TrainedOptimizer{.optimizer = std::move(optimizer),
                          .theta = *std::move(theta),
                          .training = *std::move(training),
                          .origin = "a folder of PyLO's " + form->optimizer};
}

struct OutputFile {
  std::string path;
  std::string bytes;
};

std::vector<OutputFile> FilesOf(const TrainedOptimizer& trained, const PyloForm& form,
                                const std::string& folder) {
  const ThetaLayout layout = LayoutOf(trained.optimizer);
  const ThetaLeaves leaves = ToLeaves(layout, trained.theta);
  const Metadata metadata = PyloMetadata(trained, form);
  std::vector<OutputFile> files;
  for (const PyloModule& module : form.modules) {
    files.push_back(
        {PathIn(folder, module.folder, kModel), ModelFile(module, layout, leaves, metadata)});
    files.push_back({PathIn(folder, module.folder, kConfig), module.config.dump(2)});
  }
  Json kwargs = form.kwargs;
  for (const std::string& path : form.kwarg_leaves) {
    kwargs[path] = Shifted(form, path, 1, LeafJson(leaves, path));
  }
  files.push_back({PathIn(folder, "", kKwargs), kwargs.dump(2) + "\n"});
  return files;
}

}  // namespace

absl::Status WritePyloFolder(const TrainedOptimizer& trained, const std::string& folder,
                             const OutputRules& rules) {
  const auto form = PyloFormOf(trained.optimizer);
  if (!form.ok()) return form.status();
  for (const PyloModule& module : form->modules) {
    absl::Status made = MakeFolder(module.folder.empty() ? folder : folder + "/" + module.folder);
    if (!made.ok()) return made;
  }
  const std::vector<OutputFile> files = FilesOf(trained, *form, folder);
  for (const OutputFile& file : files) {
    if (absl::Status may = CheckOutput(file.path, rules); !may.ok()) return may;
  }
  for (const OutputFile& file : files) {
    absl::Status written = WriteOutput(file.path, file.bytes, rules);
    if (!written.ok()) return written;
  }
  return absl::OkStatus();
}

absl::StatusOr<TrainedOptimizer> ReadPyloFolder(
    const std::string& folder, const std::optional<v1::LearnedOptimizer>& optimizer) {
  const auto files = ReadFiles(folder);
  if (!files.ok()) return files.status();
  const auto found = FindOptimizer(*files, optimizer);
  if (!found.ok()) return At(folder, found.status());
  auto trained = Assemble(*files, *found);
  if (trained.ok()) return trained;
  return At(folder, trained.status());
}

}  // namespace paceline
